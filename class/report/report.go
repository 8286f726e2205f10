// Package report tells what a class has done: for each learner the steps and when,
// for each step what the class had predicted.
//
// What a learner's side says is no more than a choice among what the course has:
// lessons, steps and options that it does not have are left out.
package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/lessons"
)

// Report is what a class has done.
type Report struct {
	Class    string
	Made     time.Time
	Steps    int // in the course
	Learners []Learner
	Lessons  []Lesson // those that somebody has begun, in the order of the course
	Polls    []Poll   // in the order they were asked
	// Names tells that predictions are shown with who made them.
	Names bool
}

// Learner is how far somebody came.
type Learner struct {
	Name        string
	Done        int
	First, Last time.Time // steps that were done; zero when there is none
}

// Lesson is what the class did in one.
type Lesson struct {
	ID, Title   string
	Steps       []Step
	Rows        []Row
	Predictions []Prediction
}

// Step is one of a lesson's.
type Step struct{ ID, Title string }

// Row is what one learner did, a cell for each step.
type Row struct {
	Learner string
	Cells   []Cell
}

// Cell is what one learner did in one step.
type Cell struct {
	Begun bool
	store.Record
}

// Poll is a prediction that everybody was asked for at once.
type Poll struct {
	Asked time.Time
	Prediction
}

// Prediction is what the class said before a step, and what happened then.
type Prediction struct {
	ID      string // of its figure
	Step    string // its title
	Ask     string
	Said    int // by how many
	Options []Option
}

// Option is one thing that could happen.
type Option struct {
	ID, Text string
	Said     int
	Happened int
	Names    []string // who said so; nil unless asked for
}

// New puts a report together.
func New(class string, course *lessons.Course, board []store.Place, records []store.Record, polls []store.Poll, names bool) *Report {
	r := &Report{Class: class, Made: time.Now(), Names: names}
	done := map[key]store.Record{}
	for _, record := range records {
		done[key{record.Learner, record.Lesson, record.Step}] = record
	}
	for _, p := range board {
		r.Learners = append(r.Learners, Learner{Name: p.Name})
	}
	for _, l := range course.Lessons {
		r.Steps += len(l.Steps)
		if !slices.ContainsFunc(records, func(record store.Record) bool { return record.Lesson == l.ID }) {
			continue
		}
		r.Lessons = append(r.Lessons, r.lesson(l, done))
	}
	for _, p := range polls {
		if step := course.Step(p.Lesson, p.Step); step != nil && step.Predict != nil {
			r.Polls = append(r.Polls, Poll{p.Asked, r.poll(p, step, len(r.Polls)+1)})
		}
	}
	return r
}

// poll adds up what was answered.
func (r *Report) poll(p store.Poll, s *lessons.Step, number int) Prediction {
	rows := make([]Row, len(r.Learners))
	for i, l := range r.Learners {
		rows[i] = Row{Learner: l.Name, Cells: []Cell{{Record: store.Record{Said: p.Answers[l.Name]}}}}
	}
	return r.prediction(fmt.Sprint("poll-", number), s, rows, 0)
}

// key finds a record.
type key struct{ learner, lesson, step string }

// lesson adds up one lesson, and what its learners have done in it.
func (r *Report) lesson(l *lessons.Lesson, done map[key]store.Record) Lesson {
	out := Lesson{ID: l.ID, Title: l.Title}
	for _, s := range l.Steps {
		out.Steps = append(out.Steps, Step{ID: s.ID, Title: s.Title})
	}
	for i := range r.Learners {
		learner := &r.Learners[i]
		row := Row{Learner: learner.Name, Cells: make([]Cell, len(l.Steps))}
		for j, s := range l.Steps {
			record, begun := done[key{learner.Name, l.ID, s.ID}]
			record.Said, record.Happened = among(s.Predict, record.Said), among(s.Predict, record.Happened)
			row.Cells[j] = Cell{Begun: begun, Record: record}
			learner.add(record.Done)
		}
		out.Rows = append(out.Rows, row)
	}
	for j := range l.Steps {
		s := &l.Steps[j]
		if s.Predict == nil {
			continue
		}
		if p := r.prediction(fmt.Sprintf("%s-p%d", l.ID, len(out.Predictions)+1), s, out.Rows, j); p.Said > 0 {
			out.Predictions = append(out.Predictions, p)
		}
	}
	return out
}

// among is the id of an option, if it is one.
func among(p *lessons.Prediction, id string) string {
	if p == nil || !slices.ContainsFunc(p.Options, func(o lessons.Option) bool { return o.ID == id }) {
		return ""
	}
	return id
}

// add counts a step that was done at some time, or not.
func (l *Learner) add(done time.Time) {
	if done.IsZero() {
		return
	}
	l.Done++
	if l.First.IsZero() || done.Before(l.First) {
		l.First = done
	}
	if done.After(l.Last) {
		l.Last = done
	}
}

// prediction counts what was said about one step.
func (r *Report) prediction(id string, s *lessons.Step, rows []Row, column int) Prediction {
	p := Prediction{ID: id, Step: s.Title, Ask: s.Predict.Ask}
	for _, option := range s.Predict.Options {
		o := Option{ID: option.ID, Text: option.Text}
		for _, row := range rows {
			cell := row.Cells[column]
			if cell.Happened == o.ID {
				o.Happened++
			}
			if cell.Said != o.ID {
				continue
			}
			o.Said++
			if r.Names {
				o.Names = append(o.Names, row.Learner)
			}
		}
		p.Said += o.Said
		p.Options = append(p.Options, o)
	}
	return p
}
