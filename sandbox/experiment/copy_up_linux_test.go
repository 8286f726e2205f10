package experiment

import (
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

func TestCopyUp(t *testing.T) {
	for _, c := range []struct {
		stage string
		root  sandbox.RootKind
		want  Outcome
	}{
		{"process", "", NotApplicable}, {"mount", "", NotApplicable}, {"root", "", Contained}, {"container", "", Contained}, {"container", sandbox.RootTiny, Contained},
	} {
		t.Run(c.stage+string(c.root), func(t *testing.T) {
			r := keptAt(t, "copy-up", c.stage, c.root)
			if r.Outcome != c.want {
				t.Fatalf("outcome %s: %s", r.Outcome, r.Reason)
			}
			if c.want == NotApplicable {
				return
			}
			observed(t, r, "overlay", Contained)
			observed(t, r, "bind", Open)
			if n, _ := r.Measured("copied"); n.Value < largeFile {
				t.Errorf("%v bytes in the upper directory, want %d", n.Value, largeFile)
			}
			for _, id := range []string{"overlay-write", "bind-write"} {
				if n, ok := r.Measured(id); !ok || n.Value <= 0 || n.Least > n.Value || n.Value > n.Most {
					t.Errorf("number %s: %+v", id, n)
				}
			}
		})
	}
}
