package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/tentpole-labs/tentpole/lessons"
)

// Progress is the progress file that was kept last; nil is none.
func (s *Store) Progress(ctx context.Context, learner int64) (file []byte, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT file FROM progress WHERE learner = ?", learner).Scan(&file)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return file, s.failed("read", err)
}

// Save keeps a learner's progress file, and what it says in rows that a class can
// be asked by. What is no progress is refused: it comes from the learner's side.
// ErrNone is a learner whose class was deleted.
func (s *Store) Save(ctx context.Context, learner int64, file []byte) error {
	p, err := lessons.DecodeProgress(bytes.NewReader(file))
	if err != nil {
		return err
	}
	if n := count(p); n > MaxSteps {
		return fmt.Errorf("progress in %d steps is more than a course has", n)
	}
	return s.change(ctx, func(tx *sql.Tx) error {
		now := s.now().Unix()
		done, err := tx.ExecContext(ctx, "UPDATE learners SET seen = ? WHERE id = ?", now, learner)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ErrNone)
		}
		if _, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO progress (learner, file, saved) VALUES (?, ?, ?)", learner, file, now); err != nil {
			return err
		}
		return writeRows(ctx, tx, learner, p)
	})
}

// MaxSteps is in how many steps a learner can have done something. A course has
// some hundreds.
const MaxSteps = 5000

func count(p *lessons.Progress) (n int) {
	for _, l := range p.Lessons {
		n += len(l.Steps)
	}
	return n
}

// writeRows replaces what the tables say of a learner.
func writeRows(ctx context.Context, tx *sql.Tx, learner int64, p *lessons.Progress) error {
	for _, table := range []string{"steps", "predictions", "attempts"} {
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE learner = ?", learner); err != nil {
			return err
		}
	}
	for lesson, l := range p.Lessons {
		for step, r := range l.Steps {
			for _, row := range rowsOf(r) {
				if _, err := tx.ExecContext(ctx, row.insert, append([]any{learner, lesson, step}, row.values...)...); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

type row struct {
	insert string
	values []any
}

// rowsOf are the rows for one step, after the learner, the lesson and the step.
func rowsOf(r lessons.StepRecord) []row {
	var done *int64
	if r.Done != nil {
		at := r.Done.Unix()
		done = &at
	}
	const attempt = "INSERT INTO attempts (learner, lesson, step, kind, first, latest, tries) VALUES (?, ?, ?, ?, ?, ?, ?)"
	rows := []row{{"INSERT INTO steps (learner, lesson, step, done, outcome, hints, solution) VALUES (?, ?, ?, ?, ?, ?, ?)",
		[]any{done, string(r.Outcome), r.Hints, r.Solution}}}
	if p := r.Prediction; p != nil {
		rows = append(rows, row{"INSERT INTO predictions (learner, lesson, step, said, happened) VALUES (?, ?, ?, ?, ?)", []any{p.Said, p.Happened}})
	}
	if q := r.Quiz; q != nil {
		rows = append(rows, row{attempt, []any{"quiz", q.First, q.Latest, 1}})
	}
	if o := r.Order; o != nil {
		rows = append(rows, row{attempt, []any{"order", "", "", o.Tries}})
	}
	return rows
}
