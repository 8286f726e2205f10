package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
)

// Record is what a learner has done in one step: all of it is the learner's own
// word.
type Record struct {
	Learner, Lesson, Step string
	Done                  time.Time // zero: not yet
	Outcome               lessons.Outcome
	Hints                 int
	Solution              bool
	Said, Happened        string // ids of options of the prediction
	First, Latest         string // ids of options of the quiz
	Tries                 int    // at an order
}

// Records lists what the learners of a class have done, by learner and step.
func (s *Store) Records(ctx context.Context, class int64) (list []Record, err error) {
	err = s.read(ctx, func(rows *sql.Rows) error {
		var r Record
		var done sql.NullInt64
		err := rows.Scan(&r.Learner, &r.Lesson, &r.Step, &done, &r.Outcome, &r.Hints, &r.Solution, &r.Said, &r.Happened, &r.First, &r.Latest, &r.Tries)
		if done.Valid {
			r.Done = time.Unix(done.Int64, 0)
		}
		list = append(list, r)
		return err
	}, `SELECT l.name, s.lesson, s.step, s.done, s.outcome, s.hints, s.solution <> 0, coalesce(p.said, ''), coalesce(p.happened, ''),
			coalesce(q.first, ''), coalesce(q.latest, ''), coalesce(o.tries, 0)
		FROM learners l JOIN steps s ON s.learner = l.id
		LEFT JOIN predictions p ON p.learner = s.learner AND p.lesson = s.lesson AND p.step = s.step
		LEFT JOIN attempts q ON q.learner = s.learner AND q.lesson = s.lesson AND q.step = s.step AND q.kind = 'quiz'
		LEFT JOIN attempts o ON o.learner = s.learner AND o.lesson = s.lesson AND o.step = s.step AND o.kind = 'order'
		WHERE l.class = $1 ORDER BY l.name, s.lesson, s.step`, class)
	return list, err
}

// Poll is one that a class was asked.
type Poll struct {
	Number       int64
	Lesson, Step string
	Asked        time.Time
	Answers      map[string]string // by learner, the id of an option
}

// Polls lists what a class was asked, in that order.
func (s *Store) Polls(ctx context.Context, class int64) (list []Poll, err error) {
	err = s.read(ctx, func(rows *sql.Rows) error {
		var asked int64
		var learner, said sql.NullString
		p := Poll{Answers: map[string]string{}}
		if err := rows.Scan(&p.Number, &p.Lesson, &p.Step, &asked, &learner, &said); err != nil {
			return err
		}
		if n := len(list); n == 0 || list[n-1].Number != p.Number {
			p.Asked = time.Unix(asked, 0)
			list = append(list, p)
		}
		if learner.Valid {
			list[len(list)-1].Answers[learner.String] = said.String
		}
		return nil
	}, `SELECT p.number, p.lesson, p.step, p.asked, x.name, x.said
		FROM polls p LEFT JOIN (SELECT a.poll, a.said, l.name, l.class FROM answers a JOIN learners l ON l.id = a.learner) x ON x.class = p.class AND x.poll = p.number
		WHERE p.class = $1 ORDER BY p.number, x.name`, class)
	return list, err
}
