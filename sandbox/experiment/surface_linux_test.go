package experiment

import (
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

func TestSurface(t *testing.T) {
	for _, c := range []struct {
		stage string
		root  sandbox.RootKind
		want  Outcome
	}{
		{"process", "", Open}, {"root", "", Open}, {"no-new-privs", "", Open}, {"container", "", Open}, {"container", sandbox.RootTiny, Contained},
	} {
		t.Run(c.stage+string(c.root), func(t *testing.T) {
			r := keptAt(t, "surface", c.stage, c.root)
			if r.Outcome != c.want {
				t.Errorf("outcome %s: %s", r.Outcome, r.Reason)
			}
			observed(t, r, "programs", c.want)
			host, _ := r.Observed("live")
			if c.stage == "process" && host.Inside != host.Host {
				t.Errorf("a plain process finds %q, another %q", host.Inside, host.Host)
			}
			if c.stage == "no-new-privs" || c.stage == "container" {
				observed(t, r, "live", Contained) // execve(2) gives nobody more rights
			}
		})
	}
}

func TestShare(t *testing.T) {
	for _, c := range []struct {
		some, all int
		want      Outcome
	}{{0, 100, Contained}, {1, 100, Limited}, {94, 100, Limited}, {95, 100, Open}, {100, 100, Open}} {
		if got := shareOf(c.some, c.all); got != c.want {
			t.Errorf("%d of %d: %s, want %s", c.some, c.all, got, c.want)
		}
	}
}
