package experiment

import (
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

func TestMasked(t *testing.T) {
	for _, tt := range []struct {
		name   string
		layers []sandbox.Layer
		want   Outcome
	}{
		{"a plain process", nil, Open},
		{"a new /proc", []sandbox.Layer{sandbox.Mount, sandbox.PID}, Open},
		{"masks", []sandbox.Layer{sandbox.Mount, sandbox.PID, sandbox.Masks}, Contained},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantOutcome(t, trialAt(t, "masked", tt.layers...), tt.want, "proc-interrupts", tt.want)
		})
	}
	t.Run("a container", func(t *testing.T) {
		wantOutcome(t, trialAtContainer(t, "masked"), Contained, "proc-sys", Contained)
	})
	t.Run("a container without masks", func(t *testing.T) {
		wantOutcome(t, trialAtContainer(t, "masked", sandbox.Masks), Open, "proc-interrupts", Open)
	})
}

func TestWriteOutcome(t *testing.T) {
	missing, denied := inside.Seen{Unwritten: &inside.Error{Name: "ENOENT"}}, inside.Seen{Unwritten: &inside.Error{Name: "EACCES"}}
	for _, tt := range []struct {
		name    string
		in, out inside.Seen
		want    Outcome
	}{
		{"as outside", inside.Seen{}, inside.Seen{}, Open},
		{"not on this machine", missing, missing, NotApplicable},
		{"not this user's anyway", denied, denied, NotApplicable},
		{"refused inside only", denied, inside.Seen{}, Contained},
		{"read-only inside only", inside.Seen{ReadOnly: true}, denied, Contained},
		{"read-only on both sides", inside.Seen{ReadOnly: true}, inside.Seen{ReadOnly: true, Unwritten: denied.Unwritten}, NotApplicable},
	} {
		if got := writeOutcome(tt.in, tt.out); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
