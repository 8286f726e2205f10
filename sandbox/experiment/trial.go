package experiment

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// Trial is an experiment under way: its subject, its result so far, and what
// has to be let go of at its end.
type Trial struct {
	Subject
	Options
	Result

	plain  Subject // started when it is first wanted
	ending []func() error
}

// CannotError ends an experiment that cannot be tried here: the outcome is n/a.
type CannotError struct{ Reason string }

func (e *CannotError) Error() string { return e.Reason }

// cannot ends the experiment with n/a and a reason, which names what is missing.
func cannot(format string, args ...any) error { return &CannotError{fmt.Sprintf(format, args...)} }

// see notes an observation.
func (t *Trial) see(o Observation) { t.Observations = append(t.Observations, o) }

// conclude gives the answer.
func (t *Trial) conclude(o Outcome, format string, args ...any) error {
	t.Outcome, t.Reason = o, fmt.Sprintf(format, args...)
	return nil
}

// worst is the outcome of all observations so far.
func (t *Trial) worst() Outcome {
	var all []Outcome
	for _, o := range t.Observations {
		all = append(all, o.Outcome)
	}
	return Worst(all...)
}

// count notes something that was counted.
func (t *Trial) count(id, what string, value float64, unit string) {
	t.Numbers = append(t.Numbers, Number{ID: id, What: what, Value: value, Unit: unit, Least: value, Most: value, Runs: 1})
}

// about notes a count of what comes and goes by itself, such as the processes of
// a machine: another count is expected within a quarter of it and a few.
func (t *Trial) about(id, what string, value float64, unit string) {
	slack := value/4 + 10
	t.Numbers = append(t.Numbers, Number{ID: id, What: what, Value: value, Unit: unit, Least: max(value-slack, 0), Most: value + slack, Runs: 1})
}

// interruption is what an interrupt or a cold cache may add to any time, in ms.
const interruption = 0.1

// measure notes something that was measured several times: the median, and as
// bounds what was seen, widened on either side by half of the median or the
// width of what was seen, whichever is more, and a time by what an interrupt
// takes.
func (t *Trial) measure(id, what, unit string, runs []float64) Number {
	sorted := slices.Sorted(slices.Values(runs))
	if len(sorted) == 0 {
		return Number{}
	}
	least, most, median := sorted[0], sorted[len(sorted)-1], sorted[len(sorted)/2]
	slack := max(most-least, median/2)
	if unit == "ms" {
		slack = max(slack, interruption)
	}
	n := Number{ID: id, What: what, Value: median, Unit: unit, Least: max(least-slack, 0), Most: most + slack, Runs: len(runs)}
	t.Numbers = append(t.Numbers, n)
	return n
}

// atEnd has f called when the experiment is over, the last one first, whether
// it succeeded, failed or was cancelled.
func (t *Trial) atEnd(f func() error) { t.ending = append(t.ending, f) }

func (t *Trial) close() error {
	var errs []error
	for _, f := range slices.Backward(t.ending) {
		errs = append(errs, f())
	}
	return errors.Join(errs...)
}

// another starts a subject that differs from the trial's by change, and ends it
// with the trial.
func (t *Trial) another(ctx context.Context, change func(*sandbox.Spec)) (Subject, error) {
	s, err := t.Another(ctx, change)
	if errors.Is(err, sandbox.ErrNotSupported) {
		return nil, cannot("it takes another sandbox, which this machine cannot raise: %v", err)
	}
	if err != nil {
		return nil, err
	}
	t.atEnd(s.Close)
	return s, nil
}

// control is a plain process on the host, of the same user, whatever the trial's
// subject is: all of the host's namespaces and its root, no limit, no
// restriction. What does not work there proves nothing.
func (t *Trial) control(ctx context.Context) (Subject, error) {
	if t.plain != nil {
		return t.plain, nil
	}
	s, err := Raise(ctx, sandbox.Spec{})
	if errors.Is(err, sandbox.ErrNotSupported) {
		return nil, cannot("it takes a plain process to compare with, which this machine cannot raise: %v", err)
	}
	if err != nil {
		return nil, err
	}
	t.plain = s
	t.atEnd(s.Close)
	return s, nil
}

// has tells whether the subject has the layer.
func (t *Trial) has(l sandbox.Layer) bool { return t.Result.Subject.Layers.Has(l) }
