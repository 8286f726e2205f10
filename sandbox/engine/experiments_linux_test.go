package engine

import (
	"context"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

// TestExperiments: what must run on every subject runs, and comes to the answer
// that is true of containers.
func TestExperiments(t *testing.T) {
	want := map[string]experiment.Outcome{
		"file": experiment.OneWay, "processes": experiment.OneWay, "hostname": experiment.Contained, "kernel": experiment.Open,
		"port": experiment.Open, "memory-limit": experiment.Limited, "capabilities": experiment.Limited, "syscalls": experiment.Limited,
		"escape": experiment.Contained,
	}
	each(t, func(t *testing.T, e *Engine) {
		spec := sandbox.Spec{Limits: cgroup.Limits{Memory: 64 << 20}}
		for id, outcome := range want {
			t.Run(id, func(t *testing.T) {
				r, err := experiment.Run(context.Background(), id, opened(t, e, spec), experiment.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if r.Outcome != outcome {
					t.Errorf("%s, want %s: %s\n%+v", r.Outcome, outcome, r.Reason, r.Observations)
				}
				if r.Subject.Kind != e.Name {
					t.Errorf("it says that it ran on %q", r.Subject.Kind)
				}
			})
		}
	})
}
