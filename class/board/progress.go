package board

import (
	"slices"
	"time"

	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/lessons"
)

// Kept is a learner as the store has them.
type Kept struct {
	ID   int64
	Name string
	// Server is the one that the learner is at, by number: one of Changes.Servers
	// if it lives and is another. 0 is none.
	Server   int64
	Since    time.Time
	Progress *lessons.Progress // nil where there is none, or where this server has it
	Hand     bool
	At       *channel.Place // nil where no screen has said so
	Answer   string         // to the open poll
	Messages []channel.Message
}

// Learner is how they stand on the board before they come.
func (k Kept) Learner(course *lessons.Course) Learner {
	l := Learner{ID: k.ID, Name: k.Name}
	k.Onto(&l, course)
	return l
}

// Onto brings what is kept onto the board. What the course does not know is left
// out.
func (k Kept) Onto(l *Learner, course *lessons.Course) {
	l.Since, l.Hand, l.Answer, l.Unread = k.Since, k.Hand, k.Answer, len(k.Messages)
	if k.Progress != nil {
		l.Steps = Marks(course, k.Progress)
	}
	switch {
	case k.At != nil && course.Step(k.At.Lesson, k.At.Step) != nil:
		l.At = *k.At
	case k.At != nil:
		l.At = channel.Place{}
	case k.Progress != nil:
		l.At = Latest(course, k.Progress)
	}
}

// Changes are what has changed of a class after some revision.
type Changes struct {
	Revision int64
	Room     *Room // nil where nothing has changed
	Learners []Kept
	Servers  []int64 // the others that live and have learners of the class
}

// Board is the board of all that is kept, where this server has nobody.
func (c Changes) Board(course *lessons.Course) (b Board) {
	if c.Room != nil {
		b.Room = *c.Room
	}
	for _, k := range c.Learners {
		l := k.Learner(course)
		l.Here = slices.Contains(c.Servers, k.Server)
		b.Take(News{Learners: []Learner{l}})
	}
	return b
}

// Marks is what a progress file says of the steps of the course. It is the
// learner's own word: what the course does not know is left out.
func Marks(course *lessons.Course, p *lessons.Progress) map[string]map[string]Mark {
	marks := map[string]map[string]Mark{}
	for _, l := range course.Lessons {
		record, begun := p.Lessons[l.ID]
		if !begun {
			continue
		}
		marks[l.ID] = map[string]Mark{}
		for i := range l.Steps {
			step := &l.Steps[i]
			if r, did := record.Steps[step.ID]; did {
				marks[l.ID][step.ID] = mark(step, r)
			}
		}
	}
	return marks
}

func mark(step *lessons.Step, r lessons.StepRecord) Mark {
	m := Mark{Done: r.Done != nil || r.Passed}
	if r.Prediction != nil && step.Predict != nil && step.Predict.Option(r.Prediction.Said) != nil {
		m.Said = r.Prediction.Said
	}
	return m
}

// Latest is where a progress file says that the learner was last: in the lesson
// in which a step was done last.
func Latest(course *lessons.Course, p *lessons.Progress) (at channel.Place) {
	var last time.Time
	for _, l := range course.Lessons {
		for _, r := range p.Lessons[l.ID].Steps {
			if r.Done != nil && r.Done.After(last) {
				last, at = *r.Done, channel.Place{Lesson: l.ID, Step: p.Lessons[l.ID].At}
			}
		}
	}
	if course.Step(at.Lesson, at.Step) == nil {
		return channel.Place{}
	}
	return at
}
