package engine

import (
	"context"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

// TestExperiments: what must run on every subject runs, and comes to the answer
// that is true of containers. An engine leaves set-user-id programs and vsock to
// them, so some ways lead out, and those through files do not.
func TestExperiments(t *testing.T) {
	want := map[string]experiment.Outcome{
		"file": experiment.OneWay, "processes": experiment.OneWay, "hostname": experiment.Contained, "kernel": experiment.Open,
		"port": experiment.Open, "memory-limit": experiment.Limited, "capabilities": experiment.Limited, "syscalls": experiment.Limited,
		"escape": experiment.Open,
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
				for _, o := range r.Observations {
					if o.Outcome == experiment.Open && (o.ID == "host-file" || o.ID == "chroot-walk" || o.ID == "proc-1-root" || o.ID == "program") {
						t.Errorf("%s leads out: %s", o.ID, o.Inside)
					}
				}
				if r.Subject.Kind != e.Name {
					t.Errorf("it says that it ran on %q", r.Subject.Kind)
				}
			})
		}
	})
}
