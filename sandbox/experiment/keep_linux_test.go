package experiment

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// keptAt runs an experiment at a stage of the ladder, with another root if one
// is named, and sees to it that its directories on the host are gone.
func keptAt(t *testing.T, id, stage string, root sandbox.RootKind) Result {
	t.Helper()
	rung, err := sandbox.ParseStage(stage)
	if err != nil {
		t.Fatal(err)
	}
	spec := sandbox.Spec{Partial: true, Layers: rung.Layers, Root: rung.Root}
	if root != "" {
		spec.Root = root
	}
	r, err := Run(context.Background(), id, On(open(t, spec)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %s; %.0f ms", r.Outcome, r.Reason, r.Milliseconds)
	state, err := sandbox.StateDir()
	if err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(state, "sandboxes", "scratch-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	return r
}

// observed fails the test unless the observation has that outcome.
func observed(t *testing.T, r Result, id string, want Outcome) Observation {
	t.Helper()
	o, ok := r.Observed(id)
	if !ok || o.Outcome != want {
		t.Errorf("observation %s: %+v, want %s", id, o, want)
	}
	return o
}

// hasNumber fails the test unless the number is that one.
func hasNumber(t *testing.T, r Result, id string, want float64) {
	t.Helper()
	if n, ok := r.Measured(id); !ok || n.Value != want {
		t.Errorf("number %s: %+v, want %v", id, n, want)
	}
}

// withDatabase tells whether this binary has the database in it. Without, the
// experiment must have said so.
func withDatabase(t *testing.T, r Result) bool {
	t.Helper()
	if len(embeddedDatabase) > 0 {
		return true
	}
	if r.Outcome != NotApplicable || !strings.Contains(r.Reason, "make build") {
		t.Errorf("without the database: %s, %s", r.Outcome, r.Reason)
	}
	return false
}
