package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/tentpole-labs/tentpole/lessons"
)

// Progress is the progress file that was kept last; nil is none.
func (s *Store) Progress(ctx context.Context, learner int64) (file []byte, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT file FROM progress WHERE learner = $1", learner).Scan(&file)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return file, s.failed("read", err)
}

// Save keeps a learner's progress file, and what it says in rows that a class can
// be asked by. What is no progress is refused: it comes from the learner's side.
// ErrNone is a learner whose class was deleted, ErrElsewhere one who is not, or no
// longer, at this server.
func (s *Store) Save(ctx context.Context, learner int64, file []byte) error {
	p, err := lessons.DecodeProgress(bytes.NewReader(file))
	if err != nil {
		return err
	}
	if err := bounded(p); err != nil {
		return err
	}
	return s.change(ctx, func(tx *sql.Tx) error {
		now := s.now().Unix()
		if err := affects(ctx, tx, ErrNone, "UPDATE learners SET seen = $2 WHERE id = $1", learner, now); err != nil {
			return err
		}
		err := affects(ctx, tx, ErrElsewhere, `INSERT INTO progress (learner, file, saved) SELECT id, $2, $3 FROM learners WHERE id = $1 AND server = $4
			ON CONFLICT (learner) DO UPDATE SET file = excluded.file, saved = excluded.saved`, learner, file, now, s.me)
		if err != nil {
			return err
		}
		before, err := achieved(ctx, tx, learner)
		if err != nil {
			return err
		}
		if err := writeRows(ctx, tx, learner, p); err != nil {
			return err
		}
		after, err := achieved(ctx, tx, learner)
		if err != nil {
			return err
		}
		if before == after { // a hint was read: that is no progress
			_, err := touch(ctx, tx, learner)
			return err
		}
		return s.moved(ctx, tx, learner)
	})
}

// achieved counts steps done and predictions made.
func achieved(ctx context.Context, tx *sql.Tx, learner int64) (n int, err error) {
	err = tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM steps WHERE learner = $1 AND done IS NOT NULL)
		+ (SELECT count(*) FROM predictions WHERE learner = $1)`, learner).Scan(&n)
	return n, err
}

// MaxSteps is in how many steps a learner can have done something. A course has
// some hundreds.
const MaxSteps = 5000

// maxName is how long the name of a lesson or a step can be: rows are found by
// it, and PostgreSQL finds none by more than 2700 bytes.
const maxName = 200

// bounded tells whether no learner's progress has to be as large as that.
func bounded(p *lessons.Progress) error {
	n := 0
	for lesson, l := range p.Lessons {
		n += len(l.Steps)
		for step := range l.Steps {
			if max(len(lesson), len(step)) > maxName {
				return fmt.Errorf("progress in a step whose name has more than %d bytes: no course has one", maxName)
			}
		}
	}
	if n > MaxSteps {
		return fmt.Errorf("progress in %d steps is more than a course has", n)
	}
	return nil
}

// writeRows replaces what the tables say of a learner.
func writeRows(ctx context.Context, tx *sql.Tx, learner int64, p *lessons.Progress) error {
	for _, table := range []string{"steps", "predictions", "attempts"} {
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE learner = $1", learner); err != nil {
			return err
		}
	}
	for lesson, l := range p.Lessons {
		for step, r := range l.Steps {
			for _, row := range rowsOf(r) {
				row.values = append([]any{learner, text(lesson), text(step)}, row.values...)
				if err := row.write(ctx, tx); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// row is a statement that writes, with its values.
type row struct {
	statement string
	values    []any
}

func (r row) write(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, r.statement, r.values...)
	return err
}

func write(ctx context.Context, tx *sql.Tx, rows []row) error {
	for _, r := range rows {
		if err := r.write(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// rowsOf are the rows for one step, after the learner, the lesson and the step.
func rowsOf(r lessons.StepRecord) []row {
	var done *int64
	if r.Done != nil {
		at := r.Done.Unix()
		done = &at
	}
	const attempt = "INSERT INTO attempts (learner, lesson, step, kind, first, latest, tries) VALUES ($1, $2, $3, $4, $5, $6, $7)"
	rows := []row{{"INSERT INTO steps (learner, lesson, step, done, outcome, hints, solution) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		[]any{done, text(string(r.Outcome)), r.Hints, number(r.Solution)}}}
	if p := r.Prediction; p != nil {
		rows = append(rows, row{"INSERT INTO predictions (learner, lesson, step, said, happened) VALUES ($1, $2, $3, $4, $5)", []any{text(p.Said), text(p.Happened)}})
	}
	if q := r.Quiz; q != nil {
		rows = append(rows, row{attempt, []any{"quiz", text(q.First), text(q.Latest), 1}})
	}
	if o := r.Order; o != nil {
		rows = append(rows, row{attempt, []any{"order", "", "", o.Tries}})
	}
	return rows
}

// text is what a learner's side says, without what PostgreSQL keeps in no text;
// https://www.postgresql.org/docs/current/datatype-character.html.
func text(word string) string { return strings.ReplaceAll(word, "\x00", "") }
