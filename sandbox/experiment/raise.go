package experiment

import (
	"context"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// Raise raises a sandbox to experiment on. Closing the subject ends it.
func Raise(ctx context.Context, spec sandbox.Spec) (Subject, error) {
	box, err := sandbox.Open(ctx, spec, sandbox.Options{})
	if err != nil {
		return nil, err
	}
	return On(box), nil
}

// Lacking tells which layers of a partial spec this machine leaves out for this
// user. It touches nothing.
func Lacking(spec sandbox.Spec) ([]sandbox.Missing, error) {
	machine, err := sandbox.Look()
	if err != nil {
		return nil, err
	}
	plan, err := sandbox.NewPlan(spec, machine)
	if err != nil {
		return nil, err
	}
	for i, m := range plan.Missing {
		plan.Missing[i].Because, plan.Missing[i].Remedy = facts.Clean(m.Because), facts.Clean(m.Remedy)
	}
	return plan.Missing, nil
}
