package experiment

import (
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

func TestRollback(t *testing.T) {
	for _, c := range []struct {
		stage string
		root  sandbox.RootKind
	}{{"process", ""}, {"root", ""}, {"container", ""}, {"container", sandbox.RootTiny}} {
		t.Run(c.stage+string(c.root), func(t *testing.T) {
			r := keptAt(t, "rollback", c.stage, c.root)
			if !withDatabase(t, r) {
				return
			}
			if r.Outcome != Open {
				t.Errorf("outcome %s: %s", r.Outcome, r.Reason)
			}
			observed(t, r, "program", Contained)
			if o := observed(t, r, "data", Open); !strings.Contains(o.Inside, "no column named name") {
				t.Errorf("release 1 on the data of release 2: %q", o.Inside)
			}
			observed(t, r, "copy", Contained)
			hasNumber(t, r, "rows", 2)
			hasNumber(t, r, "rows-copy", 2)
		})
	}
}
