package play

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

// remembered are the results of the experiments that TestCourse has run, by what
// they were run on. To say that a lesson states another outcome they need not be
// run again.
var remembered = map[string]experiment.Result{}

// remembering is this machine, and writes down what experiments find; with
// replay it does not run those that it knows.
type remembering struct {
	machine
	replay bool
}

func (r remembering) Start(ctx context.Context, p *sandbox.Plan, observe func(sandbox.Done)) (Sandbox, error) {
	box, err := r.machine.Start(ctx, p, observe)
	if err != nil {
		return nil, err
	}
	return rememberingBox{box, r.replay}, nil
}

type rememberingBox struct {
	Sandbox
	replay bool
}

func (b rememberingBox) Experiment(ctx context.Context, id string, with map[string]string, progress func(experiment.Progress)) (experiment.Result, error) {
	spec, err := json.Marshal(b.Plan().Spec)
	if err != nil {
		return experiment.Result{}, err
	}
	key := fmt.Sprint(string(spec), id, with)
	if r, ok := remembered[key]; ok && b.replay {
		return r, nil
	}
	r, err := b.Sandbox.Experiment(ctx, id, with, progress)
	if err == nil {
		remembered[key] = r
	}
	return r, err
}
