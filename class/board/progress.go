package board

import (
	"time"

	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/lessons"
)

// Kept is a learner as the store has them.
type Kept struct {
	ID       int64
	Name     string
	Seen     time.Time
	Progress *lessons.Progress // nil where there is none
}

// Learner is how they stand on the board before they come.
func (k Kept) Learner(course *lessons.Course) Learner {
	l := Learner{ID: k.ID, Name: k.Name, Since: k.Seen}
	if k.Progress != nil {
		l.Steps, l.At = Marks(course, k.Progress), Latest(course, k.Progress)
	}
	return l
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
