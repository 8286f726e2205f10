package store

import (
	"context"
	"database/sql"
	"time"
)

// Place is where a learner is.
type Place struct {
	Name string
	Done int // steps, of all lessons
	// Lesson and Step are what was done last, "" before anything was. They are
	// the learner's own word.
	Lesson, Step string
	Seen         time.Time // progress was kept, or the learner joined
}

// Board lists where the learners of a class are, by name.
func (s *Store) Board(ctx context.Context, class int64) (list []Place, err error) {
	err = s.read(ctx, func(rows *sql.Rows) error {
		var p Place
		var seen int64
		err := rows.Scan(&p.Name, &seen, &p.Done, &p.Lesson, &p.Step)
		p.Seen = time.Unix(seen, 0)
		list = append(list, p)
		return err
	}, `SELECT l.name, l.seen,
			(SELECT count(*) FROM steps WHERE learner = l.id AND done IS NOT NULL), coalesce(s.lesson, ''), coalesce(s.step, '')
		FROM learners l LEFT JOIN steps s ON s.learner = l.id AND (s.lesson, s.step) =
			(SELECT lesson, step FROM steps WHERE learner = l.id AND done IS NOT NULL ORDER BY done DESC, lesson, step LIMIT 1)
		WHERE l.class = $1 ORDER BY l.name`, class)
	return list, err
}
