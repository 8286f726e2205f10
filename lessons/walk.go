package lessons

import (
	"fmt"
	"slices"
	"time"
)

// Walk is one play through a lesson: where the learner is, what may happen now
// and what has been done. The full screen and plain mode both drive it. It
// does no I/O and reads no clock; the time of an action is passed in.
type Walk struct {
	lesson *Lesson
	at     int
	states []State
	known  *time.Time // when it was tested out of; nil when it was not
}

// State is what has been done in one step.
type State struct {
	Said     string  // option predicted; empty before, or when skipped
	Skipped  bool    // the learner would not predict
	Ran      bool    // the run has ended, or could not be done here
	Outcome  Outcome // of the experiment
	Happened string  // option that was measured; empty when none fits
	Why      string  // why it could not be done here; empty when it could
	Parts    []PartResult
	Mistake  string    // what to say of a known mistake; empty when none was seen
	Order    []string  // latest order of a puzzle; nil before any
	Tries    int       // at the puzzle
	Words    string    // the learner's own
	First    string    // first answer to the quiz
	Answer   string    // latest answer to the quiz
	Hints    int       // hints shown so far
	Solution bool      // the solution was shown
	Passed   bool      // the machine lacks what the step requires; Why says what
	Earlier  Earlier   // what was measured in a session before this one
	Done     bool      // the step's main thing was done
	DoneAt   time.Time // when it was first done
}

// Earlier is what progress knows of a run. The run itself is to be repeated.
type Earlier struct {
	Outcome  Outcome
	Happened string
}

// Phase is what the step waits for.
type Phase string

// The phases. A step of kind read has only the first and the last.
const (
	Reading    Phase = "read"    // to be read
	Predicting Phase = "predict" // a prediction, or that it is skipped
	Running    Phase = "run"     // the run
	Comparing  Phase = "compare" // nothing: prediction and outcome stand side by side
	Doing      Phase = "task"    // the task
	Asking     Phase = "quiz"    // the right answer
	Arranging  Phase = "order"   // the order that works
	Explaining Phase = "explain" // the learner's words
	Finished   Phase = "done"    // nothing
)

// Action is something that may be done now.
type Action string

// The actions, each named like the method that does it.
const (
	DoPredict  Action = "predict"
	DoSkip     Action = "skip"
	DoRun      Action = "run"
	DoCheck    Action = "check"
	DoAnswer   Action = "answer"
	DoArrange  Action = "arrange"
	DoExplain  Action = "explain"
	DoHint     Action = "hint"
	DoSolution Action = "solution"
	DoNext     Action = "next"
	DoBack     Action = "back"
)

// Comparison puts a prediction beside what was measured.
type Comparison struct {
	Said     *Option // nil when nothing was predicted
	Happened *Option // nil when no option fits, or nothing was asked
	Outcome  Outcome // empty without an experiment
	Why      string  // why it could not be done here; empty when it could
}

// Agrees tells whether what was predicted is what happened.
func (c Comparison) Agrees() bool {
	return c.Said != nil && c.Happened != nil && c.Said.ID == c.Happened.ID
}

// NotNow is the error of an action that does not fit the phase.
type NotNow struct {
	Action Action
	Phase  Phase
}

// Error implements error.
func (e *NotNow) Error() string {
	return fmt.Sprintf("%s: not while the step is at %s", e.Action, e.Phase)
}

// NewWalk starts at the first step.
func NewWalk(l *Lesson) *Walk {
	if l.sees() { // the walk writes in it what was measured
		own := *l
		own.Steps = slices.Clone(l.Steps)
		l = &own
	}
	return &Walk{lesson: l, states: make([]State, len(l.Steps))}
}

// Lesson returns the lesson walked through.
func (w *Walk) Lesson() *Lesson { return w.lesson }

// Step returns the step the learner is at.
func (w *Walk) Step() *Step {
	if s := &w.lesson.Steps[w.at]; !s.body.has(slotSaw) {
		return s
	}
	w.lesson.see(w.states)
	return &w.lesson.Steps[w.at]
}

// At returns the index of that step, from 0.
func (w *Walk) At() int { return w.at }

// State returns what has been done in the step the learner is at.
func (w *Walk) State() State { return w.StateOf(w.at) }

// StateOf returns what has been done in the step with that index.
func (w *Walk) StateOf(i int) State {
	s := w.states[i]
	s.Parts, s.Order = slices.Clone(s.Parts), slices.Clone(s.Order)
	return s
}

// Complete tells whether every step is done, or passed by.
func (w *Walk) Complete() bool {
	return !slices.ContainsFunc(w.states, func(s State) bool { return !s.Done && !s.Passed })
}

// Phase says what the step waits for.
func (w *Walk) Phase() Phase {
	step, s := w.Step(), &w.states[w.at]
	switch step.Kind {
	case KindPredict, KindRun:
		switch {
		case step.Predict != nil && s.Said == "" && !s.Skipped:
			return Predicting
		case !s.Ran:
			return Running
		}
		return Comparing
	case KindTask:
		if !s.Done && !s.Passed {
			return Doing
		}
	case KindQuiz:
		if !s.Done {
			return Asking
		}
	case KindOrder:
		if !s.Done {
			return Arranging
		}
	case KindExplain:
		if !s.Done {
			return Explaining
		}
	case KindRead:
		if !s.Done {
			return Reading
		}
	}
	return Finished
}

// Actions returns what may be done now, the step's main thing first. Nobody
// is locked in: next and back do not wait for anything.
func (w *Walk) Actions() []Action {
	var out []Action
	step, s := w.Step(), &w.states[w.at]
	switch w.Phase() {
	case Predicting:
		out = append(out, DoPredict, DoSkip)
	case Running, Comparing:
		out = append(out, DoRun)
	case Doing:
		out = append(out, DoCheck)
	case Asking:
		out = append(out, DoAnswer)
	case Arranging:
		out = append(out, DoArrange)
	case Explaining:
		out = append(out, DoExplain)
	case Finished:
		switch step.Kind {
		case KindTask:
			out = append(out, DoCheck)
		case KindQuiz:
			out = append(out, DoAnswer)
		case KindOrder:
			out = append(out, DoArrange)
		case KindExplain:
			out = append(out, DoExplain)
		}
	}
	if s.Hints < len(step.hints) {
		out = append(out, DoHint)
	}
	if len(step.solution) > 0 {
		out = append(out, DoSolution)
	}
	if w.at < len(w.states)-1 {
		out = append(out, DoNext)
	}
	if w.at > 0 {
		out = append(out, DoBack)
	}
	return out
}

// May tells whether the action may be done now.
func (w *Walk) May(a Action) bool { return slices.Contains(w.Actions(), a) }

func (w *Walk) allow(a Action) error {
	if w.May(a) {
		return nil
	}
	return &NotNow{a, w.Phase()}
}

// Next goes to the next step. It returns false at the last one. Either way a
// step that is only for reading is done with it.
func (w *Walk) Next(now time.Time) bool {
	if w.Phase() == Reading {
		w.done(now)
	}
	if !w.May(DoNext) {
		return false
	}
	w.at++
	return true
}

// Back goes to the step before. It returns false at the first one.
func (w *Walk) Back() bool {
	if !w.May(DoBack) {
		return false
	}
	w.at--
	return true
}

// Go goes to the step with that id. It returns false when there is none.
func (w *Walk) Go(id string) bool {
	i := slices.IndexFunc(w.lesson.Steps, func(s Step) bool { return s.ID == id })
	if i >= 0 {
		w.at = i
	}
	return i >= 0
}

func (w *Walk) done(now time.Time) {
	if s := &w.states[w.at]; !s.Done {
		s.Done, s.DoneAt = true, now
	}
}
