package bill

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// columns are a plain process, the stages in the order of the ladder, and the
// other subjects. closing ends what they keep open.
func (o *Options) columns(ctx context.Context) (list []*Column, closing func() error, err error) {
	var kept []*keeper
	closing = func() error {
		var errs []error
		for _, k := range kept {
			errs = append(errs, k.close())
		}
		return errors.Join(errs...)
	}
	list = append(list, column(experiment.BareKind, experiment.BareKind, func(context.Context) (experiment.Subject, error) { return experiment.Bare(), nil }))
	stages, err := o.stages()
	if err != nil {
		return nil, closing, err
	}
	list = append(list, stages...)
	for _, k := range o.Subjects {
		open := func(ctx context.Context) (experiment.Subject, error) { return k.Open(ctx, o.Spec) }
		if k.Shares {
			keep := &keeper{kind: k, spec: o.Spec}
			kept = append(kept, keep)
			open = keep.another
		}
		c := column(k.Name, k.Name, open)
		if err := k.Available(ctx); err != nil {
			c.Lacks = facts.Clean(err.Error())
		}
		list = append(list, c)
	}
	return list, closing, nil
}

func column(name, kind string, open func(context.Context) (experiment.Subject, error)) *Column {
	return &Column{Name: name, Subject: kind, Prices: []Price{}, open: open, runs: map[string][]float64{}, why: map[string]string{}}
}

// stages are columns of tentpole's own. One whose layer this machine cannot raise
// for this user is not measured: it would be the one before.
func (o *Options) stages() (list []*Column, err error) {
	for _, name := range o.Stages {
		if _, err := sandbox.ParseStage(name); err != nil {
			return nil, err
		}
	}
	for _, rung := range sandbox.Ladder() {
		if o.Stages != nil && !slices.Contains(o.Stages, rung.Name) {
			continue
		}
		spec := o.Spec
		spec.Name, spec.Partial = "", true
		spec.Layers |= rung.Layers
		spec.Root, spec.Source, spec.Unpacked = rung.Root, "", ""
		c := column(rung.Name, subject.Sandbox, func(ctx context.Context) (experiment.Subject, error) { return experiment.Raise(ctx, spec) })
		c.Layers = rung.Layers
		missing, err := experiment.Lacking(spec)
		if err != nil {
			return nil, err
		}
		for _, m := range missing {
			if string(m.Layer) == rung.Name {
				c.Lacks = facts.Clean(fmt.Sprintf("this machine cannot raise the layer %s for this user: %s", m.Layer, m.Because))
			}
		}
		list = append(list, c)
	}
	return list, nil
}

// keeper keeps one subject of a kind open, so that what is measured is one more:
// what all of them share is there by then.
type keeper struct {
	kind  subject.Kind
	spec  sandbox.Spec
	first experiment.Subject
}

// another opens one more like the first.
func (k *keeper) another(ctx context.Context) (experiment.Subject, error) {
	if k.first == nil {
		var err error
		if k.first, err = k.kind.Open(ctx, k.spec); err != nil {
			return nil, err
		}
	}
	return k.first.Another(ctx, func(*sandbox.Spec) {})
}

func (k *keeper) close() error {
	if k.first == nil {
		return nil
	}
	return k.first.Close()
}
