package experiment

import (
	"context"
	"os"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// trialAt runs an experiment with these layers and the root that the ladder
// has with them.
func trialAt(t *testing.T, id string, layers ...sandbox.Layer) Result {
	t.Helper()
	spec := sandbox.Spec{Layers: sandbox.Set(layers...), Partial: true}
	if spec.Layers.Has(sandbox.Root) {
		spec.Root = sandbox.RootOverlay
	}
	return trialOf(t, id, spec)
}

// trialAtContainer runs an experiment at the last stage, less layers.
func trialAtContainer(t *testing.T, id string, less ...sandbox.Layer) Result {
	t.Helper()
	rung, err := sandbox.ParseStage("container")
	if err != nil {
		t.Fatal(err)
	}
	return trialOf(t, id, sandbox.Spec{Layers: rung.Layers.Without(less...), Root: rung.Root, Partial: true})
}

func trialOf(t *testing.T, id string, spec sandbox.Spec) Result {
	t.Helper()
	r, err := Run(context.Background(), id, On(open(t, spec)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Reason == "" {
		t.Errorf("%s %s without a reason", id, r.Outcome)
	}
	return r
}

// wantOutcome checks a result, and one observation of it when id is not "".
func wantOutcome(t *testing.T, r Result, want Outcome, id string, observed Outcome) {
	t.Helper()
	if r.Outcome != want {
		t.Errorf("%s is %s, want %s: %s", r.Experiment, r.Outcome, want, r.Reason)
	}
	if id == "" {
		return
	}
	o, ok := r.Observed(id)
	if !ok || o.Outcome != observed {
		t.Errorf("%s: %s is %q, want %s: inside %q, host %q", r.Experiment, id, o.Outcome, observed, o.Inside, o.Host)
	}
}

func measured(t *testing.T, r Result, id string) float64 {
	t.Helper()
	n, ok := r.Measured(id)
	if !ok {
		t.Errorf("%s has no number %s", r.Experiment, id)
	}
	return n.Value
}

func asRoot() bool { return os.Geteuid() == 0 }

// asWho is what a plain process of this user comes to.
func asWho(root, user Outcome) Outcome {
	if asRoot() {
		return root
	}
	return user
}
