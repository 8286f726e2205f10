package claims

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// others are subjects that are no sandboxes. Each is raised once, when it is first
// wanted, for all claims: a machine takes seconds to boot.
type others struct {
	find func(name string) (subject.Kind, error)
	up   map[string]experiment.Subject
	why  map[string]error // there is none
}

func newOthers(find func(string) (subject.Kind, error)) *others {
	return &others{find, map[string]experiment.Subject{}, map[string]error{}}
}

// get returns the one of that kind. Where there was none, there is none later.
func (o *others) get(ctx context.Context, name string) (experiment.Subject, error) {
	if s := o.up[name]; s != nil || o.why[name] != nil {
		return s, o.why[name]
	}
	s, err := o.open(ctx, name)
	if err != nil {
		if ctx.Err() == nil {
			o.why[name] = err
		}
		return nil, err
	}
	o.up[name] = s
	return s, nil
}

func (o *others) open(ctx context.Context, name string) (experiment.Subject, error) {
	k, err := o.find(name)
	if err != nil {
		return nil, err
	}
	if err := k.Available(ctx); err != nil {
		return nil, err
	}
	return k.Open(ctx, sandbox.Spec{})
}

// end ends the one of that kind, if there is one.
func (o *others) end(name string) error {
	s := o.up[name]
	delete(o.up, name)
	if s == nil {
		return nil
	}
	return s.Close()
}

func (o *others) endAll() error {
	var errs []error
	for _, name := range slices.Collect(maps.Keys(o.up)) {
		errs = append(errs, o.end(name))
	}
	return errors.Join(errs...)
}

// byKind are the numbers of the runs in the order in which they are made: those in
// sandboxes first, then kind by kind, so that only one of the others is up at a
// time.
func byKind(runs []run) (order []int) {
	var kinds []string
	for _, r := range runs {
		if r.kind != "" && !slices.Contains(kinds, r.kind) {
			kinds = append(kinds, r.kind)
		}
	}
	for _, kind := range append([]string{""}, kinds...) {
		for i, r := range runs {
			if r.kind == kind {
				order = append(order, i)
			}
		}
	}
	return order
}
