package features_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// stateDir has the engine keep its things in a directory of the test's own,
// that root of a sandbox can pass through.
func stateDir(t *testing.T) {
	t.Helper()
	dir, err := os.MkdirTemp("", "tentpole-features-")
	if err == nil {
		err = os.Chmod(dir, 0o711)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	t.Setenv("XDG_STATE_HOME", dir)
	t.Setenv("SUDO_UID", "")
}

// What the probes say of each layer is what comes of raising it: a probe that
// says yes too easily is found here, and one that says no.
func TestAgreesWithEngine(t *testing.T) {
	stateDir(t)
	ctx := context.Background()
	decided := features.Layers(features.Check(ctx, sandbox.Raise))
	for _, l := range sandbox.Layers() {
		a, asked := decided[string(l.Name)]
		if !asked {
			t.Errorf("no feature is about the layer %s", l.Name)
			continue
		}
		root := "host"
		if l.Name == sandbox.Root {
			root = "overlay"
		}
		err := sandbox.Raise.Raise(ctx, []string{string(l.Name)}, root)
		if (err == nil) != a.OK {
			t.Errorf("%s: %s says %v (%s), raising it says %v", l.Name, a.ID, a.OK, a.Error, err)
		}
	}
	if len(decided) != len(sandbox.Layers()) {
		t.Errorf("features know %d layers, there are %d", len(decided), len(sandbox.Layers()))
	}
}

// The plain ladder can be raised wherever these tests run.
func TestPlainLadder(t *testing.T) {
	stateDir(t)
	answers := features.Check(context.Background(), sandbox.Raise)
	if err := features.Failed(answers); err != nil {
		t.Error(err)
	}
	for _, a := range answers {
		if a.Unknown || a.OK != (a.Err == nil) || !a.OK && !errors.Is(a.Err, features.ErrNotSupported) {
			t.Errorf("%+v", a)
		}
	}
}

// The engine's refusals come in words that features can explain.
func TestRefusalOfEngine(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", "/proc/tentpole")
	t.Setenv("SUDO_UID", "")
	answers := features.Check(context.Background(), sandbox.Raise, "process", "state")
	if len(answers) != 2 {
		t.Fatalf("%+v", answers)
	}
	for _, a := range answers {
		if a.OK || a.Unknown || a.Because != "the state directory cannot be written" {
			t.Errorf("%+v", a)
		}
	}
}
