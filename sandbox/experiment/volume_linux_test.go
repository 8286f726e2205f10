package experiment

import (
	"os"
	"slices"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/internal/onpurpose"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

func TestVolume(t *testing.T) {
	for _, c := range []struct {
		stage string
		root  sandbox.RootKind
		user  bool // root inside is somebody else outside
	}{
		{"process", "", false}, {"mount", "", false}, {"root", "", false}, {"user", "", true}, {"container", "", true}, {"container", sandbox.RootTiny, true},
	} {
		t.Run(c.stage+string(c.root), func(t *testing.T) {
			r := keptAt(t, "volume", c.stage, c.root)
			if r.Outcome != Open {
				t.Errorf("outcome %s: %s", r.Outcome, r.Reason)
			}
			for _, id := range []string{"read", "inode", "survives"} {
				observed(t, r, id, Open)
			}
			observed(t, r, "read-only", Contained)
			// A volume implies mount, and that a user namespace for an ordinary user.
			observed(t, r, "owner", passed(!c.user && os.Geteuid() == 0))
		})
	}
}

// TestVolumeThatDoesNotAppear: its place is then the host's own directory, and
// nothing may be written there.
func TestVolumeThatDoesNotAppear(t *testing.T) {
	before := entryNames(t, mountable[0])
	onpurpose.LeaveOut = func(o op.Operation) bool { _, is := o.(op.PlaceMount); return is }
	defer func() { onpurpose.LeaveOut = nil }()
	for id, want := range map[string]Outcome{"volume": Contained, "stateful": NotApplicable} {
		if r := keptAt(t, id, "mount", ""); r.Outcome != want {
			t.Errorf("%s: outcome %s: %s", id, r.Outcome, r.Reason)
		}
	}
	if after := entryNames(t, mountable[0]); !slices.Equal(before, after) {
		t.Errorf("%s held %v and holds %v", mountable[0], before, after)
	}
}

func entryNames(t *testing.T, dir string) (out []string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}
