package board

import (
	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/lessons"
)

// Bar is one option of a prediction, and who chose it.
type Bar struct {
	Text  string
	Names []string
}

// Predicted are the options of a step's prediction with who chose which, and how
// many learners have; nil where nothing is predicted there.
func (b *Board) Predicted(course *lessons.Course, at channel.Place) (bars []Bar, said int) {
	return b.bars(course, at, func(l Learner) string { return l.Steps[at.Lesson][at.Step].Said })
}

// Answered are the same of the poll's answers.
func (b *Board) Answered(course *lessons.Course) (bars []Bar, said int) {
	if b.Room.Poll == nil {
		return nil, 0
	}
	return b.bars(course, *b.Room.Poll, func(l Learner) string { return l.Answer })
}

func (b *Board) bars(course *lessons.Course, at channel.Place, choice func(Learner) string) (bars []Bar, said int) {
	p := course.Prediction(at.Lesson, at.Step)
	if p == nil {
		return nil, 0
	}
	for _, o := range p.Options {
		bar := Bar{Text: o.Text}
		for _, l := range b.Learners {
			if choice(l) == o.ID {
				bar.Names = append(bar.Names, l.Name)
			}
		}
		bars, said = append(bars, bar), said+len(bar.Names)
	}
	return bars, said
}
