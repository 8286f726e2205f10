package lessons

import "time"

// A lesson is known to whoever answers each of its quizzes right the first time,
// without having taken its steps. They stay as they are: not done, and there to
// be taken.

// Quizzes returns the ids of the steps that ask a question, in order.
func (l *Lesson) Quizzes() []string {
	var out []string
	for i := range l.Steps {
		if l.Steps[i].Quiz != nil {
			out = append(out, l.Steps[i].ID)
		}
	}
	return out
}

// FirstRight counts the quizzes that were answered right the first time.
func (w *Walk) FirstRight() int {
	n := 0
	for i, s := range w.states {
		q := w.lesson.Steps[i].Quiz
		if q == nil {
			continue
		}
		if a := q.Answer(s.First); a != nil && a.Right {
			n++
		}
	}
	return n
}

// TestOut marks the lesson as known, if each quiz was answered right the first
// time. It returns false when one was not, or when there is none.
func (w *Walk) TestOut(now time.Time) bool {
	quizzes := len(w.lesson.Quizzes())
	if quizzes == 0 || w.FirstRight() < quizzes {
		return false
	}
	if w.known == nil {
		at := now.UTC()
		w.known = &at
	}
	return true
}

// Known tells whether the lesson was marked as known.
func (w *Walk) Known() bool { return w.known != nil }

// Knows tells whether the lesson was marked as known, by quizzes that are still
// what they were.
func (p *Progress) Knows(l *Lesson) bool {
	have := p.Lessons[l.ID]
	if have.Known == nil { // as nearly always: lists ask about each lesson for every frame
		return false
	}
	w := NewWalk(l)
	w.Resume(have)
	return w.Known()
}

// Reset forgets what was done in the step with that id, or with an empty one in
// all of them, and goes there. It returns false when there is no such step.
func (w *Walk) Reset(step string) bool {
	if step == "" {
		*w = *NewWalk(w.lesson)
		return true
	}
	if !w.Go(step) {
		return false
	}
	w.states[w.at] = State{}
	if w.Step().Quiz != nil {
		w.known = nil
	}
	return true
}
