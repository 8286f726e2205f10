package vm

import (
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

// TestExperiments puts to a machine the questions that every subject is asked.
// The path is the test's own: other tests look for the usual one.
func TestExperiments(t *testing.T) {
	m := machine(t)
	for id, want := range map[string]struct {
		outcome experiment.Outcome
		because string
	}{
		"file":         {experiment.OneWay, "does not find it by name"},
		"processes":    {experiment.Contained, "neither sees"},
		"hostname":     {experiment.Contained, "inside it is called tent-"},
		"kernel":       {experiment.Contained, m.Release()},
		"port":         {experiment.Contained, "neither the host nor another"},
		"memory-limit": {experiment.Limited, "of 144 MiB, and nobody else"},
		"capabilities": {experiment.Limited, "kernel of its own"},
		"syscalls":     {experiment.Contained, "a kernel of its own answers"},
		"escape":       {experiment.Contained, "are closed"},
	} {
		t.Run(id, func(t *testing.T) {
			r, err := experiment.Run(t.Context(), id, m, experiment.Options{Path: "/tmp/tentpole-vm-test.txt"})
			if err != nil {
				t.Fatal(err)
			}
			if r.Outcome != want.outcome || !strings.Contains(r.Reason, want.because) {
				t.Errorf("%s: %s; want %s, %s", r.Outcome, r.Reason, want.outcome, want.because)
			}
			if r.Subject.Kind != Kind {
				t.Errorf("it ran on %s", r.Subject.Kind)
			}
			if seen, ok := r.Observed("on-encrypted-disk"); id == "file" && (!ok || seen.Outcome != experiment.Contained) {
				t.Errorf("on an encrypted disk: %+v", seen)
			}
		})
	}
}
