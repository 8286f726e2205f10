package experiment

import (
	"context"
	"os"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

func TestOneHost(t *testing.T) {
	for _, stage := range []string{"process", "pid", "time", "masks", "container"} {
		t.Run(stage, func(t *testing.T) {
			r := keptAt(t, "one-host", stage, "")
			if r.Outcome != Open {
				t.Errorf("outcome %s: %s", r.Outcome, r.Reason)
			}
			for _, id := range []string{"boot", "release", "clock", "parent"} {
				observed(t, r, id, Open)
			}
			if n, _ := r.Measured("processes"); n.Value < 2 {
				t.Errorf("%v processes on this kernel", n.Value)
			}
		})
	}
}

// TestOneHostHearsAnotherKernel: a kernel with other words is noticed, and not
// believed when the host has the process among its own.
func TestOneHostHearsAnotherKernel(t *testing.T) {
	s := open(t, sandbox.Spec{Layers: sandbox.Set(sandbox.Mount)})
	r, err := Run(context.Background(), "one-host", liar{On(s), changed("another kernel", 1, 1)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"boot", "release", "clock"} {
		observed(t, r, id, Contained)
	}
	observed(t, r, "parent", Open)
	if r.Outcome != Open {
		t.Errorf("outcome %s: %s", r.Outcome, r.Reason)
	}
}

func TestAncestors(t *testing.T) {
	if line := ancestors(os.Getppid()); line != nil {
		t.Errorf("the parent descends from this process: %v", line)
	}
	if line := ancestors(1 << 30); line != nil {
		t.Errorf("nobody's ancestors: %v", line)
	}
}
