package play

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// remembered are the results of the experiments that TestCourse has run, by what
// they were run on. To say that a lesson states another outcome they need not be
// run again. Sights are what was seen of other subjects.
var (
	remembered = map[string]experiment.Result{}
	sights     = map[string]Sight{}
)

// remembering is this machine, and writes down what experiments find; with
// replay it does not run those that it knows. With reuse it opens no subject of
// which all is known that is asked: no machine boots for each way in which a
// lesson can be broken.
type remembering struct {
	machine
	replay, reuse bool
}

func (r remembering) Start(ctx context.Context, p *sandbox.Plan, observe func(sandbox.Done)) (Sandbox, error) {
	box, err := r.machine.Start(ctx, p, observe)
	if err != nil {
		return nil, err
	}
	return rememberingBox{box, r.replay}, nil
}

func (r remembering) Open(ctx context.Context, k subject.Kind, spec sandbox.Spec) (Sandbox, error) {
	late := &openedLate{kind: k, spec: spec}
	if r.reuse {
		return late, nil
	}
	if err := late.open(ctx); err != nil {
		return nil, err
	}
	return late, nil
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

// openedLate is a subject that is opened as soon as something is asked of it that
// is not known.
type openedLate struct {
	Sandbox // nil until then
	kind    subject.Kind
	spec    sandbox.Spec
}

func (o *openedLate) open(ctx context.Context) (err error) {
	if o.Sandbox == nil {
		o.Sandbox, err = machine{}.Open(ctx, o.kind, o.spec)
	}
	return err
}

func (o *openedLate) Experiment(ctx context.Context, id string, with map[string]string, progress func(experiment.Progress)) (experiment.Result, error) {
	key := fmt.Sprint(o.kind.Name, id, with)
	if r, ok := remembered[key]; ok && o.Sandbox == nil {
		return r, nil
	}
	if err := o.open(ctx); err != nil {
		return experiment.Result{}, err
	}
	r, err := o.Sandbox.Experiment(ctx, id, with, progress)
	if err == nil {
		remembered[key] = r
	}
	return r, err
}

func (o *openedLate) Look(ctx context.Context, q Question) (Sight, error) {
	key := fmt.Sprint(o.kind.Name, q)
	if s, ok := sights[key]; ok && o.Sandbox == nil {
		return s, nil
	}
	if err := o.open(ctx); err != nil {
		return Sight{}, err
	}
	s, err := o.Sandbox.Look(ctx, q)
	if err == nil {
		sights[key] = s
	}
	return s, err
}

func (o *openedLate) Plan() *sandbox.Plan {
	return &sandbox.Plan{Name: o.kind.Name, Spec: o.spec}
}

func (o *openedLate) Transcript() []sandbox.Done { return nil }

func (o *openedLate) Done() <-chan struct{} {
	if o.Sandbox == nil {
		return nil
	}
	return o.Sandbox.Done()
}

func (o *openedLate) Close() error {
	if o.Sandbox == nil {
		return nil
	}
	return o.Sandbox.Close()
}
