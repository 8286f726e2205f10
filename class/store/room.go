package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/tentpole-labs/tentpole/class/board"
	"github.com/tentpole-labs/tentpole/class/channel"
)

// A class is asked things, by messages, invitations and polls, and its learners
// answer, from several servers at a time. Each change takes the next revision of the
// room: writers wait for each other there, so revisions are committed in their order,
// and who asks for what came after one misses nothing. Whoever takes one comes to
// rows of learners before, and to rows of seats after that. A revision is also the
// number of the message, invitation or poll that it brings: numbers only grow.

// next takes the next revision of a class's room, or gives ErrNone.
func next(ctx context.Context, tx *sql.Tx, class int64) (int64, error) {
	return revision(tx.QueryRowContext(ctx, "UPDATE rooms SET revision = revision + 1 WHERE class = $1 RETURNING revision", class))
}

func revision(row *sql.Row) (number int64, err error) {
	err = row.Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNone
	}
	return number, err
}

// touch marks a learner's seat as changed now, and makes it if need be.
func touch(ctx context.Context, tx *sql.Tx, learner int64) (number int64, err error) {
	number, err = revision(tx.QueryRowContext(ctx, "UPDATE rooms SET revision = revision + 1 WHERE class = (SELECT class FROM learners WHERE id = $1) RETURNING revision", learner))
	if err != nil {
		return 0, err
	}
	return number, mark(number, "id = $2", learner).write(ctx, tx)
}

// mark marks the seats of the learners that a condition from $2 on holds for.
func mark(number int64, which string, values ...any) row {
	return row{`INSERT INTO seats (learner, revision, hand, since) SELECT id, $1, 0, seen FROM learners WHERE ` + which + `
		ON CONFLICT (learner) DO UPDATE SET revision = excluded.revision`, append([]any{number}, values...)}
}

// moved notes that a learner has come, or has done something.
func (s *Store) moved(ctx context.Context, tx *sql.Tx, learner int64) error {
	if _, err := touch(ctx, tx, learner); err != nil {
		return err
	}
	return row{"UPDATE seats SET since = $2 WHERE learner = $1", []any{learner, s.now().Unix()}}.write(ctx, tx)
}

// Hear keeps what a learner's screen has said. What comes too late does nothing: an
// answer to a poll that has ended, a message that was not there.
func (s *Store) Hear(ctx context.Context, learner int64, w channel.Word) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		if _, err := touch(ctx, tx, learner); err != nil {
			return err
		}
		return write(ctx, tx, s.said(learner, w))
	})
}

// said is what becomes of a word.
func (s *Store) said(learner int64, w channel.Word) (rows []row) {
	if w.At != nil {
		rows = append(rows, row{"UPDATE seats SET lesson = $2, step = $3, since = $4 WHERE learner = $1", []any{learner, w.At.Lesson, w.At.Step, s.now().Unix()}})
	}
	if w.Hand != nil {
		rows = append(rows, row{"UPDATE seats SET hand = $2 WHERE learner = $1", []any{learner, number(*w.Hand)}})
	}
	if w.Read != 0 {
		rows = append(rows, row{"DELETE FROM messages WHERE learner = $1 AND number <= $2", []any{learner, w.Read}})
	}
	if a := w.Answer; a != nil {
		rows = append(rows, row{`INSERT INTO answers (learner, poll, said) SELECT l.id, p.number, $3 FROM learners l JOIN polls p ON p.class = l.class
			WHERE l.id = $1 AND p.number = $2 AND p.ended IS NULL ON CONFLICT (learner, poll) DO UPDATE SET said = excluded.said`, []any{learner, a.Poll, a.Option}})
	}
	return rows
}

// Order keeps what a teacher has ordered.
func (s *Store) Order(ctx context.Context, class int64, o board.Order) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		now, err := next(ctx, tx, class)
		if err != nil {
			return err
		}
		return write(ctx, tx, s.ordered(class, now, o))
	})
}

// ordered is what becomes of an order that has a number.
func (s *Store) ordered(class, now int64, o board.Order) []row {
	switch {
	case o.Say != "":
		return messages(class, now, o)
	case o.HandDown != 0:
		return []row{{"UPDATE seats SET hand = 0, revision = $2 WHERE learner = $1", []any{o.HandDown, now}}}
	case o.Hold != "":
		return []row{{"INSERT INTO held (class, lesson) VALUES ($1, $2) ON CONFLICT (class, lesson) DO NOTHING", []any{class, o.Hold}}}
	case o.Open != "":
		return []row{{"DELETE FROM held WHERE class = $1 AND lesson = $2", []any{class, o.Open}}}
	case o.Invite != nil:
		return []row{{"UPDATE rooms SET invited = $2, lesson = $3, step = $4 WHERE class = $1", []any{class, now, o.Invite.Lesson, o.Invite.Step}}}
	}
	rows := []row{{"UPDATE polls SET ended = $2 WHERE class = $1 AND ended IS NULL", []any{class, s.now().Unix()}}}
	if o.Poll != nil {
		rows = append(rows, row{"INSERT INTO polls (class, number, lesson, step, asked) VALUES ($1, $2, $3, $4, $5)", []any{class, now, o.Poll.Lesson, o.Poll.Step, s.now().Unix()}})
	}
	return rows
}

// messages put one before a learner, or before all who are at a server. The oldest
// go when somebody has too many.
func messages(class, now int64, o board.Order) []row {
	const which = "class = $2 AND (id = $3 OR $3 = 0 AND server IS NOT NULL)"
	return []row{
		{"INSERT INTO messages (learner, number, words) SELECT id, $1, $4 FROM learners WHERE " + which, []any{now, class, o.To, o.Say}},
		{`DELETE FROM messages WHERE learner IN (SELECT id FROM learners WHERE class = $1)
			AND (SELECT count(*) FROM messages m WHERE m.learner = messages.learner AND m.number > messages.number) >= $2`, []any{class, channel.MaxUnread}},
		mark(now, which, class, o.To),
	}
}
