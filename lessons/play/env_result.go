package play

import (
	"fmt"
	"strings"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

// found adds what an experiment found, as rules of claims see it.
func found(env *lessons.Env, r experiment.Result) {
	env.Outcome, env.Reason = string(r.Outcome), r.Reason
	env.Observed = func(id string) (lessons.Observation, error) {
		o, ok := r.Observed(id)
		if !ok {
			return lessons.Observation{}, &unknownID{r, "observation", id}
		}
		return lessons.Observation{Outcome: string(o.Outcome), Inside: o.Inside, Host: o.Host, By: string(o.By)}, nil
	}
	env.Number = func(id string) (lessons.Number, error) {
		n, ok := r.Measured(id)
		if !ok {
			return lessons.Number{}, &unknownID{r, "number", id}
		}
		return lessons.Number{Value: n.Value, Least: n.Least, Most: n.Most, Unit: n.Unit}, nil
	}
}

// unknownID is an id that the result of an experiment does not have: the
// lesson's mistake, not the machine's.
type unknownID struct {
	result   experiment.Result
	what, id string
}

func (e *unknownID) Error() string {
	var ids []string
	for _, o := range e.result.Observations {
		if e.what == "observation" {
			ids = append(ids, o.ID)
		}
	}
	for _, n := range e.result.Numbers {
		if e.what == "number" {
			ids = append(ids, n.ID)
		}
	}
	if len(ids) == 0 {
		ids = []string{"none"}
	}
	return fmt.Sprintf("%s has no %s %q (there are: %s)", e.result.Experiment, e.what, e.id, strings.Join(ids, " "))
}
