package lessons

import (
	"maps"
	"time"
)

// ProgressSchema is the version of the file that progress is kept in.
const ProgressSchema = "tentpole/progress/v1"

// Progress is what a learner has done, as kept on disk.
type Progress struct {
	Schema  string                  `json:"schema"`
	Lessons map[string]LessonRecord `json:"lessons"`          // by lesson id
	Claims  map[string]ClaimRecord  `json:"claims,omitempty"` // by claim id
}

// LessonRecord is what was done in one lesson.
type LessonRecord struct {
	At      string                `json:"at,omitempty"`      // id of the step last stood at
	Seconds int                   `json:"seconds,omitempty"` // spent in it, without long pauses
	Known   *time.Time            `json:"known,omitempty"`   // when its quizzes were answered without it
	Steps   map[string]StepRecord `json:"steps"`             // by step id
}

// StepRecord is what was done in one step.
type StepRecord struct {
	Hash       string            `json:"hash"` // of the content that it was done with
	Done       *time.Time        `json:"done,omitempty"`
	Prediction *PredictionRecord `json:"prediction,omitempty"`
	Outcome    Outcome           `json:"outcome,omitempty"`
	Quiz       *QuizRecord       `json:"quiz,omitempty"`
	Order      *OrderRecord      `json:"order,omitempty"`
	Words      string            `json:"words,omitempty"` // the learner's own explanation
	Hints      int               `json:"hints,omitempty"` // number shown
	Solution   bool              `json:"solution,omitempty"`
	Passed     bool              `json:"passed,omitempty"` // the machine lacked what it requires
}

// PredictionRecord is a prediction and what came of it; both are ids of
// options.
type PredictionRecord struct {
	Said     string `json:"said,omitempty"` // empty: skipped
	Happened string `json:"happened,omitempty"`
}

// QuizRecord is the first and the latest answer; both are ids of options.
type QuizRecord struct {
	First  string `json:"first"`
	Latest string `json:"latest"`
}

// OrderRecord is the latest order of a puzzle, as ids of lines, and how many
// there were.
type OrderRecord struct {
	Latest []string `json:"latest"`
	Tries  int      `json:"tries"`
}

// NewProgress returns progress with nothing done.
func NewProgress() *Progress {
	return &Progress{Schema: ProgressSchema, Lessons: map[string]LessonRecord{}}
}

// Put adds a record to what is there. Nothing is lost by it: a step stays
// done, with its first time, as long as its content is the same.
func (p *Progress) Put(lesson string, r LessonRecord) {
	have := p.Lessons[lesson]
	if have.Steps == nil {
		have.Steps = map[string]StepRecord{}
	}
	if r.At != "" {
		have.At = r.At
	}
	have.Seconds = max(have.Seconds, r.Seconds)
	if have.Known == nil || r.Known != nil && r.Known.Before(*have.Known) {
		have.Known = r.Known
	}
	for id, step := range r.Steps {
		old, ok := have.Steps[id]
		if ok && old.Hash == step.Hash {
			step = old.with(step)
		}
		have.Steps[id] = step
	}
	if p.Lessons == nil {
		p.Lessons = map[string]LessonRecord{}
	}
	p.Lessons[lesson] = have
}

// Merge adds what another file of the same learner has. Nothing is lost by it;
// where both know a step, the place that this one stands at stays.
func (p *Progress) Merge(other *Progress) {
	p.mergeClaims(other)
	for id, theirs := range other.Lessons {
		if have, known := p.Lessons[id]; known && have.At != "" {
			theirs.At = have.At
		}
		for step, r := range theirs.Steps {
			if have, known := p.Lessons[id].Steps[step]; known && have.Hash != r.Hash && newer(have, r) {
				theirs.Steps = maps.Clone(theirs.Steps)
				delete(theirs.Steps, step)
			}
		}
		p.Put(id, theirs)
	}
}

// newer tells whether a was done later than b: of a step that has changed since,
// the later record is about the later content.
func newer(a, b StepRecord) bool {
	return a.Done != nil && (b.Done == nil || a.Done.After(*b.Done))
}

// Reset forgets a lesson, or one step of it, or with two empty words everything.
// It returns false when there was nothing to forget.
func (p *Progress) Reset(lesson, step string) bool {
	if lesson == "" {
		had := len(p.Lessons) > 0 || len(p.Claims) > 0
		p.Lessons, p.Claims = map[string]LessonRecord{}, nil
		return had
	}
	l, known := p.Lessons[lesson]
	if step == "" {
		delete(p.Lessons, lesson)
		return known
	}
	r, known := l.Steps[step]
	delete(l.Steps, step)
	if r.Quiz != nil {
		l.Known = nil
		p.Lessons[lesson] = l
	}
	return known
}

// Tally is what the steps of a lesson come to, for a table.
type Tally struct {
	Done, Steps       int
	Agreed, Predicted int // predictions as it happened, of those that were compared
	Hints             int
	Seconds           int
	Known             bool // its quizzes were answered without it
}

// Tally counts what was done in a lesson with the content it has now.
func (p *Progress) Tally(l *Lesson) Tally {
	have := p.Lessons[l.ID]
	t := Tally{Done: p.DoneSteps(l), Steps: len(l.Steps), Seconds: have.Seconds, Known: p.Knows(l)}
	for _, r := range have.Steps {
		t.Hints += r.Hints
		if c := r.Prediction; c != nil && c.Said != "" && c.Happened != "" {
			t.Predicted++
			if c.Said == c.Happened {
				t.Agreed++
			}
		}
	}
	return t
}

// with returns r brought up to date by the newer record n.
func (r StepRecord) with(n StepRecord) StepRecord {
	if r.Done != nil && (n.Done == nil || r.Done.Before(*n.Done)) {
		n.Done = r.Done
	}
	switch old := r.Prediction; {
	case n.Prediction == nil:
		n.Prediction = old
	case old != nil && old.Said == n.Prediction.Said && n.Prediction.Happened == "" && n.Outcome != NotAvailable:
		n.Prediction = old // taken up again, and not run again so far
	}
	if n.Outcome == "" {
		n.Outcome = r.Outcome
	}
	if r.Quiz != nil {
		if n.Quiz == nil {
			n.Quiz = r.Quiz
		}
		n.Quiz = &QuizRecord{First: r.Quiz.First, Latest: n.Quiz.Latest}
	}
	if n.Order == nil || r.Order != nil && r.Order.Tries > n.Order.Tries {
		n.Order = r.Order
	}
	if n.Words == "" {
		n.Words = r.Words
	}
	n.Hints = max(n.Hints, r.Hints)
	n.Solution = n.Solution || r.Solution
	n.Passed = n.Passed || r.Passed
	return n
}

// empty tells whether the record says nothing but its hash.
func (r StepRecord) empty() bool { return r == StepRecord{Hash: r.Hash} }

// DoneSteps counts the steps of a lesson that are done with the content they
// have now, or were passed by.
func (p *Progress) DoneSteps(l *Lesson) int {
	n := 0
	for i := range l.Steps {
		s := &l.Steps[i]
		if r, ok := p.Lessons[l.ID].Steps[s.ID]; ok && r.Hash == s.Hash && (r.Done != nil || r.Passed) {
			n++
		}
	}
	return n
}

func (s State) record(hash string) StepRecord {
	r := StepRecord{Hash: hash, Outcome: s.Outcome, Hints: s.Hints, Solution: s.Solution, Words: s.Words, Passed: s.Passed}
	if s.Tries > 0 {
		r.Order = &OrderRecord{Latest: s.Order, Tries: s.Tries}
	}
	if s.Done {
		at := s.DoneAt.UTC()
		r.Done = &at
	}
	if s.Said != "" || s.Skipped {
		r.Prediction = &PredictionRecord{Said: s.Said, Happened: s.Happened}
	}
	if s.First != "" {
		r.Quiz = &QuizRecord{First: s.First, Latest: s.Answer}
	}
	return r
}

// state is the reverse of record. What was measured is not brought back: it is
// measured again. A prediction that was made is.
func (r StepRecord) state(step *Step) State {
	s := State{Hints: min(r.Hints, len(step.hints)), Solution: r.Solution, Earlier: Earlier{Outcome: r.Outcome}}
	if step.Explain != nil {
		s.Words = r.Words
	}
	if o := r.Order; o != nil && step.Order != nil && len(o.Latest) == len(step.Order.Lines) {
		s.Order, s.Tries = o.Latest, o.Tries
	}
	if r.Done != nil {
		s.Done, s.DoneAt = true, *r.Done
	}
	if p := r.Prediction; p != nil && step.Predict != nil {
		s.Skipped, s.Earlier.Happened = p.Said == "", p.Happened
		if step.Predict.Option(p.Said) != nil {
			s.Said = p.Said
		}
	}
	if q := r.Quiz; q != nil && step.Quiz != nil && step.Quiz.Answer(q.First) != nil {
		s.First, s.Answer = q.First, q.Latest
	}
	return s
}
