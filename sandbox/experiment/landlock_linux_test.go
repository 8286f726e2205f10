package experiment

import (
	"strings"
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
				wantWriteRoot(t, r, tt.want)
			}
		})
	}
	t.Run("a container", func(t *testing.T) {
		r := trialAtContainer(t, "landlock")
		if r.Outcome == NotApplicable {
			t.Skip(r.Reason)
		}
		wantWriteRoot(t, r, Contained)
		wantOutcome(t, r, Contained, "read", Contained)
		if measured(t, r, "version") >= portsVersion {
			wantOutcome(t, r, Contained, "bind", Contained)
		}
	})
	t.Run("a container without rules", func(t *testing.T) {
		wantWriteRoot(t, trialAtContainer(t, "landlock", sandbox.Landlock), Open)
	})
}

// wantWriteRoot asks nothing of a root that has no files without a name, as an
// overlay of Linux 6.1: there writing could not be tried.
func wantWriteRoot(t *testing.T, r Result, want Outcome) {
	t.Helper()
	if o, _ := r.Observed("write-root"); o.Outcome == NotApplicable && strings.Contains(o.Inside, "ENOTSUP") {
		if r.Outcome != want {
			t.Errorf("%s, want %s: %s", r.Outcome, want, r.Reason)
		}
		return
	}
	wantOutcome(t, r, want, "write-root", want)
}
