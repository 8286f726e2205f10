package experiment

import (
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

func TestLandlock(t *testing.T) {
	for _, tt := range []struct {
		name   string
		layers []sandbox.Layer
		want   Outcome
	}{
		{"a plain process", nil, Open},
		{"a root of its own", []sandbox.Layer{sandbox.Mount, sandbox.Root}, Open},
		{"rules", []sandbox.Layer{sandbox.Mount, sandbox.Root, sandbox.Landlock}, Contained},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := trialAt(t, "landlock", tt.layers...)
			if r.Outcome == NotApplicable {
				t.Skip(r.Reason)
			}
			wantOutcome(t, r, tt.want, "domains", tt.want)
			if len(tt.layers) > 0 {
				wantOutcome(t, r, tt.want, "write-root", tt.want)
			}
		})
	}
	t.Run("a container", func(t *testing.T) {
		r := trialAtContainer(t, "landlock")
		if r.Outcome == NotApplicable {
			t.Skip(r.Reason)
		}
		wantOutcome(t, r, Contained, "write-root", Contained)
		wantOutcome(t, r, Contained, "read", Contained)
		if measured(t, r, "version") >= portsVersion {
			wantOutcome(t, r, Contained, "bind", Contained)
		}
	})
	t.Run("a container without rules", func(t *testing.T) {
		wantOutcome(t, trialAtContainer(t, "landlock", sandbox.Landlock), Open, "write-root", Open)
	})
}
