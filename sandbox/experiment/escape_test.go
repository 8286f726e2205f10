package experiment

import (
	"slices"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// TestWays: the table is complete, and every way is another.
func TestWays(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range Ways() {
		if w.ID == "" || w.Name == "" || w.Source == "" || w.Tried == "" || w.Harmless == "" || w.Closes == nil {
			t.Errorf("%+v: something is missing", w)
		}
		if seen[w.ID] {
			t.Errorf("%s stands there twice", w.ID)
		}
		seen[w.ID] = true
		for _, l := range w.Closes {
			if _, err := sandbox.ParseLayer(string(l)); err != nil {
				t.Errorf("%s: %v", w.ID, err)
			}
		}
	}
	if len(seen) < 30 {
		t.Errorf("%d ways out, want at least 30", len(seen))
	}
}

// stageOf is a result at which one way has that outcome.
func stageOf(o Outcome, layers ...sandbox.Layer) Result {
	return Result{Subject: Description{Layers: sandbox.Set(layers...)}, Observations: []Observation{{ID: "terminal", Outcome: o}}}
}

func TestClosed(t *testing.T) {
	for name, c := range map[string]struct {
		results []Result
		from    int
		by      sandbox.Layer
	}{
		"by the layer that came":          {[]Result{stageOf(Open), stageOf(Open, "mount"), stageOf(Contained, "mount", "root")}, 2, "root"},
		"by one that is not in the table": {[]Result{stageOf(Open), stageOf(Contained, "pid")}, 1, "pid"},
		"by the one of several that can":  {[]Result{stageOf(Open), stageOf(Contained, "mount", "user")}, 1, "user"},
		"by none of several":              {[]Result{stageOf(Open), stageOf(Contained, "pid", "net")}, 1, ""},
		"from the first":                  {[]Result{stageOf(Contained), stageOf(Contained, "mount")}, 0, ""},
		"open again":                      {[]Result{stageOf(Contained), stageOf(Open, "mount")}, -1, ""},
		"open, closed, open, closed":      {[]Result{stageOf(Open), stageOf(Contained, "ipc"), stageOf(Open, "ipc", "net"), stageOf(Contained, "ipc", "net", "root")}, 3, "root"},
		"never tried":                     {[]Result{stageOf(NotApplicable), stageOf(NotApplicable, "mount")}, -1, ""},
		"no results":                      {nil, -1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			all := Closed(c.results)
			i := slices.IndexFunc(all, func(c Closing) bool { return c.Way.ID == "terminal" })
			if got := all[i]; got.From != c.from || got.By != c.by || len(got.Outcomes) != len(c.results) {
				t.Errorf("%+v, want from %d by %q", got, c.from, c.by)
			}
		})
	}
}
