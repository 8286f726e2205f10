package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/tentpole-labs/tentpole/class/board"
	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/lessons"
)

// All is the revision before everything.
const All = -1

// Changes tells what has changed of a class after a revision, all of one moment. Of
// learners at this server it leaves the progress out, which has come from there.
func (s *Store) Changes(ctx context.Context, class, after int64) (c board.Changes, err error) {
	tx, err := s.db.BeginTx(ctx, s.engine.moment)
	if err != nil {
		return c, s.failed("read", err)
	}
	defer tx.Rollback() // it has only read
	ask := asking{ctx, tx}
	if c.Servers, err = ask.servers(s.engine.lives, class, s.me); err != nil {
		return c, s.failed("read", err)
	}
	err = tx.QueryRowContext(ctx, "SELECT revision FROM rooms WHERE class = $1", class).Scan(&c.Revision)
	if errors.Is(err, sql.ErrNoRows) {
		return c, ErrNone
	}
	if err != nil || c.Revision <= after {
		return c, s.failed("read", err)
	}
	if c.Room, err = ask.room(class); err != nil {
		return c, s.failed("read", err)
	}
	c.Learners, err = ask.learners(class, after, s.me)
	return c, s.failed("read", err)
}

// asking is a transaction that reads.
type asking struct {
	ctx context.Context
	tx  *sql.Tx
}

// each calls row for each row of an answer.
func (a asking) each(row func(*sql.Rows) error, query string, values ...any) error {
	return eachRow(row)(a.tx.QueryContext(a.ctx, query, values...))
}

// servers are those of a condition that learners of the class are at, without this
// one.
func (a asking) servers(lives string, class, me int64) (list []int64, err error) {
	err = a.each(func(rows *sql.Rows) error {
		var server int64
		err := rows.Scan(&server)
		list = append(list, server)
		return err
	}, "SELECT server FROM (SELECT DISTINCT server FROM learners WHERE class = $1 AND server IS NOT NULL AND server <> $2) AS others WHERE "+lives+" ORDER BY server", class, me)
	return list, err
}

func (a asking) room(class int64) (*board.Room, error) {
	r := &board.Room{Held: []string{}}
	var to, of channel.Place
	err := errors.Join(
		a.tx.QueryRowContext(a.ctx, "SELECT invited, lesson, step FROM rooms WHERE class = $1", class).Scan(&r.InvitedBy, &to.Lesson, &to.Step),
		a.each(func(rows *sql.Rows) error { return rows.Scan(&r.PollBy, &of.Lesson, &of.Step) },
			"SELECT number, lesson, step FROM polls WHERE class = $1 AND ended IS NULL", class),
		a.each(func(rows *sql.Rows) error {
			var lesson string
			err := rows.Scan(&lesson)
			r.Held = append(r.Held, lesson)
			return err
		}, "SELECT lesson FROM held WHERE class = $1 ORDER BY lesson", class))
	if r.InvitedBy != 0 {
		r.Invited = &to
	}
	if r.PollBy != 0 {
		r.Poll = &of
	}
	return r, err
}

func (a asking) learners(class, after, me int64) (list []board.Kept, err error) {
	unread := map[int64][]channel.Message{}
	err = a.each(func(rows *sql.Rows) error {
		var learner int64
		var m channel.Message
		err := rows.Scan(&learner, &m.Number, &m.Text)
		unread[learner] = append(unread[learner], m)
		return err
	}, `SELECT m.learner, m.number, m.words FROM messages m JOIN learners l ON l.id = m.learner JOIN seats s ON s.learner = m.learner
		WHERE l.class = $1 AND s.revision > $2 ORDER BY m.number`, class, after)
	if err != nil {
		return nil, err
	}
	err = a.each(func(rows *sql.Rows) error {
		k, err := kept(rows)
		k.Messages = unread[k.ID]
		list = append(list, k)
		return err
	}, `SELECT l.id, l.name, coalesce(l.server, 0), coalesce(s.since, l.seen), coalesce(s.hand, 0) <> 0, s.lesson, s.step, coalesce(a.said, ''), p.file
		FROM learners l LEFT JOIN seats s ON s.learner = l.id
		LEFT JOIN progress p ON p.learner = l.id AND (l.server IS NULL OR l.server <> $3)
		LEFT JOIN polls o ON o.class = l.class AND o.ended IS NULL
		LEFT JOIN answers a ON a.learner = l.id AND a.poll = o.number
		WHERE l.class = $1 AND coalesce(s.revision, 0) > $2 ORDER BY l.name`, class, after, me)
	return list, err
}

// kept reads one learner. Progress that cannot be read any more counts as none.
func kept(rows *sql.Rows) (k board.Kept, err error) {
	var since int64
	var lesson, step sql.NullString
	var file []byte
	if err := rows.Scan(&k.ID, &k.Name, &k.Server, &since, &k.Hand, &lesson, &step, &k.Answer, &file); err != nil {
		return k, err
	}
	k.Since = time.Unix(since, 0)
	if lesson.Valid {
		k.At = &channel.Place{Lesson: lesson.String, Step: step.String}
	}
	if p, err := lessons.DecodeProgress(bytes.NewReader(file)); file != nil && err == nil {
		k.Progress = p
	}
	return k, nil
}
