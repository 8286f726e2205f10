package lessons

import "time"

// Summary is what a learner did in one lesson, in the lesson's words.
type Summary struct {
	Lesson      *Lesson
	Tally       Tally
	Predictions []Predicted
	Own         []OwnWords
	Solutions   int       // shown
	First, Last time.Time // when steps were done; zero when none was
}

// Predicted is a prediction beside what was measured.
type Predicted struct {
	Ask  string // Markdown
	Said string // the option's text
	Was  string // empty when it was not measured, or nothing of that kind happened
}

// Surprised tells whether something else happened than was said.
func (p Predicted) Surprised() bool { return p.Was != "" && p.Was != p.Said }

// OwnWords is an explanation that a learner wrote.
type OwnWords struct{ Ask, Words string }

// Surprises counts the predictions that came out otherwise.
func (s Summary) Surprises() (n int) {
	for _, p := range s.Predictions {
		if p.Surprised() {
			n++
		}
	}
	return n
}

// Summaries are those of the lessons of the course in which something was done.
func (p *Progress) Summaries(c *Course) (out []Summary) {
	for _, l := range c.Lessons {
		if s := p.summary(l); s.Tally.Done > 0 || len(s.Predictions) > 0 || s.Tally.Known {
			out = append(out, s)
		}
	}
	return out
}

// summary is that of one lesson. What is kept of steps that the lesson no longer
// has cannot be said any more.
func (p *Progress) summary(l *Lesson) Summary {
	s := Summary{Lesson: l, Tally: p.Tally(l)}
	for i := range l.Steps {
		step := &l.Steps[i]
		r, ok := p.Lessons[l.ID].Steps[step.ID]
		if !ok {
			continue
		}
		s.take(step, r)
	}
	return s
}

// take adds what was done in a step.
func (s *Summary) take(step *Step, r StepRecord) {
	if step.Predict != nil && r.Prediction != nil {
		if said := step.Predict.Option(r.Prediction.Said); said != nil {
			p := Predicted{Ask: step.Predict.Ask, Said: said.Text}
			if was := step.Predict.Option(r.Prediction.Happened); was != nil {
				p.Was = was.Text
			}
			s.Predictions = append(s.Predictions, p)
		}
	}
	if step.Explain != nil && r.Words != "" {
		s.Own = append(s.Own, OwnWords{step.Explain.Ask, r.Words})
	}
	if r.Solution {
		s.Solutions++
	}
	if r.Done != nil {
		if s.First.IsZero() || r.Done.Before(s.First) {
			s.First = *r.Done
		}
		if r.Done.After(s.Last) {
			s.Last = *r.Done
		}
	}
}
