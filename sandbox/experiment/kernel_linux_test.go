package experiment

import (
	"os"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// TestKernel: no layer changes whose kernel it is.
func TestKernel(t *testing.T) {
	boot, err := os.ReadFile(bootID)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []Result{
		trialAt(t, "kernel"), trialAt(t, "kernel", sandbox.Mount, sandbox.UTS), trialAtContainer(t, "kernel"),
	} {
		wantOutcome(t, r, Open, "release", Open)
		if o, _ := r.Observed("boot-id"); o.Inside != strings.TrimSpace(string(boot)) {
			t.Errorf("boot id inside %q, want %s", o.Inside, boot)
		}
	}
	r := trialOf(t, "kernel", sandbox.Spec{Layers: sandbox.Set(sandbox.Mount, sandbox.Root), Root: sandbox.RootTiny})
	wantOutcome(t, r, Open, "release", Open)
}

// TestSameOutcome: another kernel, and one that says nothing.
func TestSameOutcome(t *testing.T) {
	for _, tt := range []struct {
		in    string
		seen  bool
		out   string
		could bool
		want  Outcome
	}{
		{"6.18", true, "6.18", true, Open},
		{"4.4.0", true, "6.18", true, Contained},
		{"", false, "6.18", true, Contained},
		{"6.18", true, "", false, NotApplicable},
	} {
		if got := sameOutcome(tt.in, tt.seen, tt.out, tt.could); got != tt.want {
			t.Errorf("%+v: %s", tt, got)
		}
	}
}
