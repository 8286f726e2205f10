package experiment

import (
	"context"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/internal/onpurpose"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

var _ Limiter = onSandbox{}

// answerAt runs an experiment at a stage of the ladder.
func answerAt(t *testing.T, id, stage string) Result {
	t.Helper()
	rung, err := sandbox.ParseStage(stage)
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, sandbox.Spec{Partial: true, Layers: rung.Layers, Root: rung.Root})
	r, err := Run(context.Background(), id, On(s), Options{})
	if err != nil {
		t.Fatalf("%s at %s: %v", id, stage, err)
	}
	if r.Reason == "" {
		t.Errorf("%s at %s: %s without a reason", id, stage, r.Outcome)
	}
	return r
}

// turnsWith tests that an experiment gives one outcome at every stage below a
// layer, and another from there on. An ordinary user to whom no cgroup is
// delegated gets the first one everywhere.
func turnsWith(t *testing.T, id string, layer sandbox.Layer, without, with Outcome, see func(*testing.T, Result)) {
	t.Helper()
	tidy(t)
	for _, stage := range []string{"process", "mount", string(layer), "container"} {
		t.Run(stage, func(t *testing.T) {
			r := answerAt(t, id, stage)
			want := without
			if r.Subject.Layers.Has(layer) {
				want = with
			}
			if r.Outcome != want {
				t.Errorf("%s, want %s: %s; %+v", r.Outcome, want, r.Reason, r.Observations)
			}
			if see != nil && r.Outcome == with {
				see(t, r)
			}
		})
	}
}

// number is a number of a result that must be there.
func number(t *testing.T, r Result, id string) Number {
	t.Helper()
	n, ok := r.Measured(id)
	if !ok {
		t.Fatalf("no number %s in %+v", id, r.Numbers)
	}
	return n
}

// TestLimitsLeftOut breaks sandboxes on purpose: their plans set no limit. Every
// experiment on a limit must notice.
func TestLimitsLeftOut(t *testing.T) {
	onpurpose.LeaveOut = func(o op.Operation) bool { _, is := o.(op.SetLimits); return is }
	t.Cleanup(func() { onpurpose.LeaveOut = nil })
	for _, id := range []string{"memory-limit", "cpu-limit", "noisy-neighbour", "fork-bomb", "disk-limit"} {
		t.Run(id, func(t *testing.T) {
			if r := answerAt(t, id, "container"); r.Outcome != Open {
				t.Errorf("%s: %s", r.Outcome, r.Reason)
			}
		})
	}
}
