package claims

import (
	"context"
	"os"
	"slices"
	"testing"

	"github.com/tentpole-labs/tentpole/content"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
	"github.com/tentpole-labs/tentpole/sandbox/vm"
)

// own are the kinds that the test may raise: no engine of the machine's own, and
// for an ordinary user sandboxes alone.
func own(name string) (subject.Kind, error) {
	k, err := subject.Find(name)
	if os.Geteuid() != 0 || k.Shares {
		k.Probe = func(context.Context) error {
			return &sandbox.Error{Op: "use", Target: name, Err: sandbox.ErrNotSupported}
		}
	}
	return k, err
}

// everything has the test start machine after machine.
const everything = "TENTPOLE_CLAIMS"

// more are the experiments that boot more machines than the one there is.
var more = []string{"start", "density", "memory-limit", "file"}

// thrifty leaves those out, unless everything is wanted.
func thrifty(ctx context.Context, id string, on experiment.Subject, o experiment.Options) (experiment.Result, error) {
	if on.Describe().Kind == vm.Kind && slices.Contains(more, id) && os.Getenv(everything) == "" {
		return experiment.Result{Outcome: experiment.NotApplicable, Reason: "it is for " + everything + "=1"}, nil
	}
	return experiment.Run(ctx, id, on, o)
}

// TestTheCourseOnThisMachine runs every claim of the course: each gets a
// verdict, and each rule finds the numbers and observations that it asks for.
func TestTheCourseOnThisMachine(t *testing.T) {
	dir, err := os.MkdirTemp("", "tentpole-claims-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	t.Setenv("XDG_STATE_HOME", dir)
	t.Setenv("SUDO_UID", "")
	set, err := Parse("claims.yaml", content.Claims())
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), set, Options{Find: own, run: thrifty})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		t.Logf("%s %s: %s", f.ID, f.Verdict, f.Evidence)
		if f.Error != "" || f.Verdict.Mark() == "" || f.Evidence == "" {
			t.Errorf("%s %s: %s", f.ID, f.Verdict, f.Error)
		}
	}
	for _, ran := range r.Runs {
		if ran.Error != "" {
			t.Errorf("%s: %s", ran.ID, ran.Error)
		}
	}
}
