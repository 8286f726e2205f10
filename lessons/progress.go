package lessons

import "time"

// ProgressSchema is the version of the file that progress is kept in.
const ProgressSchema = "tentpole/progress/v1"

// Progress is what a learner has done, as kept on disk.
type Progress struct {
	Schema  string                  `json:"schema"`
	Lessons map[string]LessonRecord `json:"lessons"` // by lesson id
}

// LessonRecord is what was done in one lesson.
type LessonRecord struct {
	At    string                `json:"at,omitempty"` // id of the step last stood at
	Steps map[string]StepRecord `json:"steps"`        // by step id
}

// StepRecord is what was done in one step.
type StepRecord struct {
	Hash       string            `json:"hash"` // of the content that it was done with
	Done       *time.Time        `json:"done,omitempty"`
	Prediction *PredictionRecord `json:"prediction,omitempty"`
	Outcome    Outcome           `json:"outcome,omitempty"`
	Quiz       *QuizRecord       `json:"quiz,omitempty"`
	Hints      int               `json:"hints,omitempty"` // number shown
	Solution   bool              `json:"solution,omitempty"`
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
	n.Hints = max(n.Hints, r.Hints)
	n.Solution = n.Solution || r.Solution
	return n
}

// empty tells whether the record says nothing but its hash.
func (r StepRecord) empty() bool { return r == StepRecord{Hash: r.Hash} }

// DoneSteps counts the steps of a lesson that are done with the content they
// have now.
func (p *Progress) DoneSteps(l *Lesson) int {
	n := 0
	for i := range l.Steps {
		s := &l.Steps[i]
		if r, ok := p.Lessons[l.ID].Steps[s.ID]; ok && r.Hash == s.Hash && r.Done != nil {
			n++
		}
	}
	return n
}

func (s State) record(hash string) StepRecord {
	r := StepRecord{Hash: hash, Outcome: s.Outcome, Hints: s.Hints, Solution: s.Solution}
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
	s := State{Hints: min(r.Hints, len(step.hints)), Solution: r.Solution}
	if r.Done != nil {
		s.Done, s.DoneAt = true, *r.Done
	}
	if p := r.Prediction; p != nil && step.Predict != nil {
		s.Skipped = p.Said == ""
		if step.Predict.Option(p.Said) != nil {
			s.Said = p.Said
		}
	}
	if q := r.Quiz; q != nil && step.Quiz != nil && step.Quiz.Answer(q.First) != nil {
		s.First, s.Answer = q.First, q.Latest
	}
	return s
}
