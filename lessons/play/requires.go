package play

import (
	"context"
	"errors"
	"slices"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// Examiner is an engine that can tell what its machine lacks.
type Examiner interface {
	// Lacks returns the first of the features that this machine or this user
	// cannot have, as an error with the remedy, or nil.
	Lacks(ctx context.Context, features []string) error
}

var _ Examiner = machine{}

func (machine) Lacks(ctx context.Context, ids []string) error {
	if err := available(ctx, ids); err != nil {
		return err
	}
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Contains(otherSubjects(), id) })
	if len(ids) == 0 {
		return ctx.Err()
	}
	for _, a := range features.Check(ctx, sandbox.Raise, ids...) {
		if !a.OK && !a.Unknown { // what could not be found out shows when it is tried
			return a.Err
		}
	}
	return ctx.Err()
}

// LackError is what a step requires, and this machine lacks: the step is passed
// by. NotHere is true of it.
type LackError struct{ Err error }

func (e *LackError) Error() string { return e.Err.Error() }

// Unwrap returns the engine's own error.
func (e *LackError) Unwrap() error { return e.Err }

// Lacks tells what the step requires and this machine lacks, as a *LackError.
func (p *Player) Lacks(ctx context.Context, s *lessons.Step) error {
	examiner, ok := p.engine.(Examiner)
	if !ok || s.Run == nil || len(s.Run.Requires) == 0 {
		return nil
	}
	switch err := examiner.Lacks(ctx, s.Run.Requires); {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return &LackError{err}
	}
	return nil
}

// PassedBy is said of a step that this machine lacks something for.
const PassedBy = "The step is passed by and does not count against you."

// passBy goes past a step that this machine lacks something for.
func (p *plain) passBy(ctx context.Context, step *lessons.Step) (passed bool, err error) {
	err = p.s.Player.Lacks(ctx, step)
	var lacks *LackError
	if !errors.As(err, &lacks) {
		return false, err
	}
	p.s.Refused(step.ID, err)
	if p.likeBefore() {
		p.say("The step is passed by, for the same reason as the one before.")
	} else {
		p.trouble(err)
		p.say("%s", PassedBy)
	}
	p.say("")
	return true, p.s.Save()()
}

// likeBefore tells whether the step at hand goes on in what the one before could
// not have: why is not said twice.
func (p *plain) likeBefore() bool {
	w := p.s.Walk
	if !w.Step().Run.Keep {
		return false
	}
	before, now := w.StateOf(w.At()-1), w.State()
	return before.Passed && now.Passed && before.Why == now.Why
}

// featureIDs are the words that a step may require: those of `tentpole doctor`.
func featureIDs() (ids []string) {
	for _, f := range features.Table() {
		ids = append(ids, f.ID)
	}
	slices.Sort(ids)
	return ids
}
