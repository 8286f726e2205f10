package lessons

import (
	"fmt"
	"time"
)

// Predict notes which option the learner expects. It cannot be changed once
// given: it is compared with what is measured, and kept.
func (w *Walk) Predict(option string) error {
	if err := w.allow(DoPredict); err != nil {
		return err
	}
	if w.Step().Predict.Option(option) == nil {
		return fmt.Errorf("predict: the step %q has no option %q", w.Step().ID, option)
	}
	w.states[w.at].Said = option
	return nil
}

// Skip goes on without a prediction.
func (w *Walk) Skip() error {
	if err := w.allow(DoSkip); err != nil {
		return err
	}
	w.states[w.at].Skipped = true
	return nil
}

// Ran takes in what was measured and puts the prediction beside it. The step
// is done. The error is a fact that could not be had; the comparison is valid
// all the same. A run may be repeated; the prediction stays.
func (w *Walk) Ran(env Env, now time.Time) (Comparison, error) {
	if err := w.allow(DoRun); err != nil {
		return Comparison{}, err
	}
	s := &w.states[w.at]
	var err error
	s.Ran, s.Outcome, s.Why, s.Happened, s.Passed = true, Outcome(env.Outcome), "", "", false
	if p := w.Step().Predict; p != nil {
		s.Happened, err = p.Judge(env)
	}
	w.done(now)
	return w.Compare(), err
}

// CouldNot takes in that the run cannot be done on this machine, and why. The
// learner may go on; the step is not done.
func (w *Walk) CouldNot(why string) error {
	if err := w.allow(DoRun); err != nil {
		return err
	}
	s := &w.states[w.at]
	s.Ran, s.Outcome, s.Why, s.Happened = true, NotAvailable, why, ""
	return nil
}

// PassBy takes in that the machine lacks what the step requires, and what. The
// step counts as if it were not there.
func (w *Walk) PassBy(why string) error {
	run, s := w.Step().Run, &w.states[w.at]
	switch {
	case run == nil || len(run.Requires) == 0:
		return fmt.Errorf("pass by: the step %q requires nothing", w.Step().ID)
	case s.Done:
		return nil
	}
	s.Passed, s.Why = true, why
	if w.Step().Kind != KindTask {
		s.Skipped = s.Skipped || s.Said == ""
		s.Ran, s.Outcome, s.Happened = true, NotAvailable, ""
	}
	return nil
}

// Compare returns the prediction beside what was measured last.
func (w *Walk) Compare() Comparison {
	s := &w.states[w.at]
	c := Comparison{Outcome: s.Outcome, Why: s.Why}
	if p := w.Step().Predict; p != nil {
		c.Said, c.Happened = p.Option(s.Said), p.Option(s.Happened)
	}
	return c
}

// Check looks at the facts of a task. A task once done stays done, even when
// what was made is taken away again.
func (w *Walk) Check(env Env, now time.Time) ([]PartResult, error) {
	if err := w.allow(DoCheck); err != nil {
		return nil, err
	}
	s := &w.states[w.at]
	s.Parts, s.Mistake = w.Step().Task.Check(env, s.Parts...), ""
	if Done(s.Parts) {
		w.done(now)
	} else if !s.Done {
		s.Mistake = w.Step().Task.Mistaken(env)
	}
	return w.State().Parts, nil
}

// Answer answers the quiz and returns the answer with its feedback. The step
// is done with the right one; until then, try again.
func (w *Walk) Answer(id string, now time.Time) (*Answer, error) {
	if err := w.allow(DoAnswer); err != nil {
		return nil, err
	}
	a := w.Step().Quiz.Answer(id)
	if a == nil {
		return nil, fmt.Errorf("answer: the step %q has no option %q", w.Step().ID, id)
	}
	s := &w.states[w.at]
	if s.First == "" {
		s.First = id
	}
	s.Answer = id
	if a.Right {
		w.done(now)
	}
	return a, nil
}

// Hint shows one more hint and returns it as Markdown.
func (w *Walk) Hint(v Variant) (string, error) {
	if err := w.allow(DoHint); err != nil {
		return "", err
	}
	s := &w.states[w.at]
	s.Hints++
	return w.Step().Hints(v)[s.Hints-1], nil
}

// Solve shows the solution and returns it as Markdown.
func (w *Walk) Solve(v Variant) (string, error) {
	if err := w.allow(DoSolution); err != nil {
		return "", err
	}
	w.states[w.at].Solution = true
	return w.Step().Solution(v), nil
}

// Record returns the walk as it is kept in progress.
func (w *Walk) Record() LessonRecord {
	r := LessonRecord{At: w.Step().ID, Known: w.known, Steps: map[string]StepRecord{}}
	for i, s := range w.states {
		if rec := s.record(w.lesson.Steps[i].Hash); !rec.empty() {
			r.Steps[w.lesson.Steps[i].ID] = rec
		}
	}
	return r
}

// Resume takes up what progress has of this lesson. Steps whose content has
// changed since begin anew.
func (w *Walk) Resume(r LessonRecord) {
	for i := range w.states {
		step := &w.lesson.Steps[i]
		if rec, ok := r.Steps[step.ID]; ok && rec.Hash == step.Hash {
			w.states[i] = rec.state(step)
		}
	}
	w.Go(r.At)
	if r.Known != nil {
		w.TestOut(*r.Known)
	}
}
