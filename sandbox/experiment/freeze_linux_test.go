package experiment

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
)

func TestFreeze(t *testing.T) {
	turnsWith(t, "freeze", sandbox.Memory, NotApplicable, OneWay, func(t *testing.T, r Result) {
		if gap := number(t, r, "gap"); gap.Value < 90 {
			t.Errorf("it stood still for %v ms", gap.Value)
		}
	})
}

// warm is a subject that says it is frozen and is not.
type warm struct{ onSandbox }

func (warm) Freeze(time.Duration) error { return nil }

// TestFreezeThatDoesNothing must be noticed.
func TestFreezeThatDoesNothing(t *testing.T) {
	spec := sandbox.Spec{Partial: true, Layers: sandbox.Set(sandbox.PIDs)}
	s := open(t, spec)
	if _, err := s.Statistics(); errors.Is(err, sandbox.ErrNotSupported) {
		t.Skip("needs root: no cgroup is delegated to this user")
	}
	r, err := Run(context.Background(), "freeze", warm{onSandbox{s}}, Options{})
	if err != nil || r.Outcome != Open {
		t.Errorf("%s, %s, %v", r.Outcome, r.Reason, err)
	}
}
