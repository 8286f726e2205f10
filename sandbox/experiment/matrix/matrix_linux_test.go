package matrix

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

// state is a state directory of the test's own.
func state(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tentpole-matrix-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	t.Setenv("XDG_STATE_HOME", dir)
	t.Setenv("SUDO_UID", "")
	return dir
}

// left are the sandboxes' directories that are still there.
func left(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "tentpole", "sandboxes", "*@*"))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestOnThisMachine(t *testing.T) {
	dir := state(t)
	m, err := Run(context.Background(), Options{Experiments: []string{"file", "hostname"}, Stages: []string{"process", "uts", "container"}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]experiment.Outcome{
		"file":     {experiment.Open, experiment.OneWay, experiment.OneWay},
		"hostname": {experiment.Open, experiment.Contained, experiment.Contained},
	}
	for _, row := range m.Rows {
		for i, c := range row.Cells {
			if c.Outcome != want[row.Experiment][i] || len(c.Observations) == 0 {
				t.Errorf("%s at %s: %s (%s%s), want %s", row.Experiment, c.Stage, c.Outcome, c.Reason, c.Error, want[row.Experiment][i])
			}
		}
	}
	if l := left(t, dir); len(l) > 0 {
		t.Errorf("left behind: %v", l)
	}
}

// TestInterruptedAnywhere gives up at random moments.
func TestInterruptedAnywhere(t *testing.T) {
	dir := state(t)
	for range 10 {
		ctx, cancel := context.WithTimeout(context.Background(), rand.N(150*time.Millisecond))
		_, err := Run(ctx, Options{Experiments: []string{"hostname"}, Stages: []string{"process", "uts", "net", "container"}})
		cancel()
		if err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, sandbox.ErrNotSupported) {
			t.Fatal(err)
		}
		if l := left(t, dir); len(l) > 0 {
			t.Fatalf("left behind: %v", l)
		}
	}
}
