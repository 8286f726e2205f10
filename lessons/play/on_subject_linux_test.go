package play

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// TestOpen: a subject of any kind can be looked at, asked, entered and ended.
func TestOpen(t *testing.T) {
	p := NewPlayer(NewEngine())
	var said Progress
	kind := subject.Kind{Name: "plain", Open: experiment.Raise}
	got, err := p.Open(t.Context(), kind, sandbox.Spec{}, func(p Progress) { said = p })
	if err != nil {
		t.Fatal(err)
	}
	box := got.Sandbox
	if said.Phase != "starting plain" || got.Plan.Name != "plain" || got.Plan.Layers != 0 {
		t.Errorf("%+v, %+v", said, got.Plan)
	}
	if row, ok := got.Board.Row("ns.uts"); !ok || row.Word != "shared" {
		t.Errorf("%+v", row)
	}
	r, err := box.Experiment(t.Context(), "processes", nil, func(experiment.Progress) {})
	if err != nil || r.Outcome != experiment.Open {
		t.Errorf("%+v, %v", r, err)
	}
	shell, err := box.Shell(t.Context(), 80, 24)
	if err != nil {
		t.Fatal(err)
	}
	var shown []byte
	for b := make([]byte, 4096); !bytes.Contains(shown, []byte("tent# ")); {
		n, err := shell.Read(b)
		if shown = append(shown, b[:n]...); err != nil {
			t.Fatalf("%q, %v", shown, err)
		}
	}
	if err := errors.Join(shell.Close(), p.Close()); err != nil {
		t.Error(err)
	}
	<-box.Done()
	if _, err := box.Look(t.Context(), Question{}); !errors.Is(err, ErrNoSandbox) {
		t.Errorf("a look at one that has ended: %v", err)
	}
}

// TestOpenWithout: what is not here is not started.
func TestOpenWithout(t *testing.T) {
	missing := &features.NotSupportedError{Feature: "x"}
	kind := subject.Kind{Name: "x", Open: experiment.Raise, Probe: func(context.Context) error { return missing }}
	if _, err := NewPlayer(NewEngine()).Open(t.Context(), kind, sandbox.Spec{}, nil); !errors.Is(err, missing) {
		t.Errorf("%v", err)
	}
}
