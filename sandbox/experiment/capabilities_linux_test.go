package experiment

import (
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

func TestCapabilities(t *testing.T) {
	for _, tt := range []struct {
		name     string
		layers   []sandbox.Layer
		want     Outcome
		bounding Outcome
	}{
		{"a plain process", nil, asWho(Open, NotApplicable), Open},
		{"a user namespace", []sandbox.Layer{sandbox.User}, Limited, Open},
		{"fewer capabilities", []sandbox.Layer{sandbox.Capabilities}, Limited, Limited},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantOutcome(t, trialAt(t, "capabilities", tt.layers...), tt.want, "bounding", tt.bounding)
		})
	}
	t.Run("a container", func(t *testing.T) {
		r := trialAtContainer(t, "capabilities")
		wantOutcome(t, r, Limited, "bounding", Limited)
		if n := measured(t, r, "effective"); int(n) != len(sandbox.DefaultCapabilities) {
			t.Errorf("%v capabilities, want %d", n, len(sandbox.DefaultCapabilities))
		}
		for _, id := range []string{"use-reboot", "use-clock", "use-kernel-log"} {
			if o, _ := r.Observed(id); o.Inside != "refused, EPERM" {
				t.Errorf("%s: %q", id, o.Inside)
			}
		}
	})
}

// TestNoCapabilities: what is kept is nothing at all.
func TestNoCapabilities(t *testing.T) {
	r := trialOf(t, "capabilities", sandbox.Spec{Layers: sandbox.Set(sandbox.Capabilities), Capabilities: []string{}})
	wantOutcome(t, r, Contained, "bounding", Limited)
}

// TestEachCapabilityIsUsed: on the host's own ground root may do what it holds
// the capability for, and whoever holds none may do nothing of it.
func TestEachCapabilityIsUsed(t *testing.T) {
	r := trialAt(t, "capabilities")
	allowed, refused := measured(t, r, "allowed"), measured(t, r, "refused")
	if asRoot() && allowed < 18 || !asRoot() && allowed > 0 {
		t.Errorf("%v uses allowed, %v refused:\n%+v", allowed, refused, r.Observations)
	}
}
