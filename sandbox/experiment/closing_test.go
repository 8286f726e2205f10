package experiment

import (
	"fmt"
	"slices"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// closing is what became of a way out over several stages.
type closing struct {
	way Way
	// outcomes are in the order of the results, n/a where it was not tried.
	outcomes []Outcome
	// from is the first result from which on it is closed, -1 when it is open
	// at the last, or works nowhere here.
	from int
	// by is the layer that closed it: the one that came with that result, of
	// those that can. "" when it never was open.
	by sandbox.Layer
}

// closed tells for each way out where it is closed and by which layer, from the
// results of this experiment at several stages, in the order of the ladder.
func closed(results []Result) []closing {
	all := make([]closing, 0, len(ways))
	for _, w := range ways {
		c := closing{way: w, from: -1}
		for i, r := range results {
			o := NotApplicable
			if seen, ok := r.Observed(w.ID); ok {
				o = seen.Outcome
			}
			c.outcomes = append(c.outcomes, o)
			switch {
			case o != Contained:
				c.from = -1
			case c.from < 0:
				c.from = i
			}
		}
		c.by = closedBy(c, results)
		all = append(all, c)
	}
	return all
}

// closedBy is the layer that the first result without the way has and the one
// before it has not. Before the first is a plain process. When several came at
// once, as `user` does with an ordinary user's first layer, it is the one that
// can close the way.
func closedBy(c closing, results []Result) sandbox.Layer {
	if c.from < 0 {
		return ""
	}
	on := results[c.from].Subject
	if c.from > 0 {
		on.Layers = on.Layers.Without(results[c.from-1].Subject.Layers.List()...)
	}
	if came := on.Layers.List(); len(came) == 1 {
		return came[0]
	}
	if can := c.way.closers(on); len(can) > 0 {
		return can[0]
	}
	return ""
}

// String is the row as a line of text.
func (c closing) String() string {
	line := fmt.Sprintf("%-18s", c.way.ID)
	for _, o := range c.outcomes {
		line += " " + o.Mark()
	}
	return line + "  " + string(c.by)
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
			all := closed(c.results)
			i := slices.IndexFunc(all, func(c closing) bool { return c.way.ID == "terminal" })
			if got := all[i]; got.from != c.from || got.by != c.by || len(got.outcomes) != len(c.results) {
				t.Errorf("%+v, want from %d by %q", got, c.from, c.by)
			}
		})
	}
}
