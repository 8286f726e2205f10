package board

import (
	"slices"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
)

const (
	// patience is how long nobody is called stuck.
	patience = 3 * time.Minute
	// slower is how many times the others' median somebody takes who is.
	slower = 2
)

// Stuck tells which learners are, by their id. Somebody is stuck who is here, has
// not finished the lesson, and has made no progress for three minutes and for more
// than twice the median of the others: the time since their last progress, of
// those who are here. While everybody listens to the teacher nobody is stuck.
func (b *Board) Stuck(course *lessons.Course, now time.Time) map[int64]bool {
	stuck := map[int64]bool{}
	for i, l := range b.Learners {
		waits := now.Sub(l.Since)
		if l.Here && waits >= patience && waits > slower*b.median(i, now) && !l.finished(course) {
			stuck[l.ID] = true
		}
	}
	return stuck
}

// median is how long it is since the others made progress; 0 where nobody else is
// here.
func (b *Board) median(but int, now time.Time) time.Duration {
	var all []time.Duration
	for i, l := range b.Learners {
		if i != but && l.Here {
			all = append(all, now.Sub(l.Since))
		}
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// finished tells whether all steps of the lesson at hand are done.
func (l Learner) finished(course *lessons.Course) bool {
	lesson, err := course.Lesson(l.At.Lesson)
	if err != nil {
		return false
	}
	for i := range lesson.Steps {
		if !l.Steps[lesson.ID][lesson.Steps[i].ID].Done {
			return false
		}
	}
	return true
}
