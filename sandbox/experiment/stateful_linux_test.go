package experiment

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/internal/onpurpose"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

func TestStateful(t *testing.T) {
	for _, c := range []struct {
		stage string
		root  sandbox.RootKind
		want  Outcome
		left  float64 // rows in the next sandbox's root
	}{
		{"process", "", Open, storedRows}, {"mount", "", Open, storedRows}, {"root", "", Contained, 0},
		{"container", "", Contained, 0}, {"container", sandbox.RootTiny, Contained, 0},
	} {
		t.Run(c.stage+string(c.root), func(t *testing.T) {
			r := keptAt(t, "stateful", c.stage, c.root)
			if !withDatabase(t, r) {
				return
			}
			if r.Outcome != c.want {
				t.Errorf("outcome %s: %s", r.Outcome, r.Reason)
			}
			observed(t, r, "killed", Open)
			observed(t, r, "removed", c.want)
			observed(t, r, "volume", Open)
			hasNumber(t, r, "rows-after-kill", storedRows)
			hasNumber(t, r, "rows-removed", c.left)
			hasNumber(t, r, "rows-volume", storedRows)
		})
	}
}

// TestStatefulWithoutItsRoot: a sandbox that has the host's root by mistake
// writes nothing there but into tentpole's own directory, and it is noticed.
func TestStatefulWithoutItsRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: an ordinary user's root is put together otherwise")
	}
	onpurpose.LeaveOut = func(o op.Operation) bool {
		switch o.(type) {
		case op.PivotRoot, op.Mask:
			return true
		}
		return false
	}
	defer func() { onpurpose.LeaveOut = nil }()
	r := keptAt(t, "stateful", "root", "")
	if withDatabase(t, r) && r.Outcome != Open {
		t.Errorf("outcome %s: %s", r.Outcome, r.Reason)
	}
	for _, dir := range dataPlaces {
		if left, _ := filepath.Glob(filepath.Join(dir, "tentpole-*.db*")); len(left) > 0 {
			t.Errorf("written to the host: %v", left)
		}
	}
}
