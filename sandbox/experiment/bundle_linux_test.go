package experiment

import (
	"os"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

func TestBundle(t *testing.T) {
	for _, c := range []struct {
		stage string
		root  sandbox.RootKind
		want  Outcome
	}{{"process", "", Open}, {"root", "", Open}, {"container", "", Open}, {"container", sandbox.RootTiny, Contained}} {
		t.Run(c.stage+string(c.root), func(t *testing.T) {
			r := keptAt(t, "bundle", c.stage, c.root)
			if r.Outcome != c.want {
				t.Errorf("outcome %s: %s", r.Outcome, r.Reason)
			}
			observed(t, r, "here", c.want)
			if o := observed(t, r, "empty", Contained); !strings.HasPrefix(o.Inside, "ENOENT") {
				t.Errorf("alone: %q", o.Inside)
			}
			observed(t, r, "bundled", Open)
		})
	}
}

// TestLinked compares what the headers say with what the machine has.
func TestLinked(t *testing.T) {
	l, err := linked()
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(l.libraries, l.program, l.interpreter) {
		if st, err := os.Stat(file); err != nil || !st.Mode().IsRegular() {
			t.Errorf("%s: %v", file, err)
		}
	}
	if len(l.libraries) == 0 {
		t.Errorf("%s needs no library", l.program)
	}
}
