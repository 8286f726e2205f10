package matrix

import (
	"context"
	"slices"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// stages are the columns, in the order of the ladder.
func (o *Options) stages() ([]Stage, error) {
	for _, name := range o.Stages {
		if _, err := sandbox.ParseStage(name); err != nil {
			return nil, err
		}
	}
	var out []Stage
	var before sandbox.LayerSet
	for _, rung := range sandbox.Ladder() {
		adds := sandbox.Layer("")
		if more := (rung.Layers &^ before).List(); len(more) == 1 && string(more[0]) == rung.Name {
			adds = more[0]
		}
		before = rung.Layers
		if o.Stages != nil && !slices.Contains(o.Stages, rung.Name) {
			continue
		}
		s := Stage{Name: rung.Name, Adds: adds, Layers: rung.Layers, spec: o.spec(rung)}
		var err error
		if s.Missing, err = o.Missing(s.spec); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// subjects are the columns beside the stages. A kind that this machine lacks is
// one too: its cells say why.
func (o *Options) subjects(ctx context.Context) (out []Stage) {
	for _, k := range o.Subjects {
		s := Stage{Name: k.Name, Subject: k.Name, spec: o.Spec, open: k.Open}
		s.spec.Name, s.spec.Layers, s.spec.Partial = "", 0, false
		if err := k.Available(ctx); err != nil {
			s.Lacks = facts.Clean(err.Error())
		}
		out = append(out, s)
	}
	return out
}

// spec is what a stage asks for: what this machine lacks is left out.
func (o *Options) spec(rung sandbox.Rung) sandbox.Spec {
	s := o.Spec
	s.Name = ""
	s.Layers, s.Partial = s.Layers|rung.Layers, true
	if rung.Root == sandbox.RootHost || s.Root == "" || s.Root == sandbox.RootHost {
		s.Root, s.Source, s.Unpacked = rung.Root, "", ""
	}
	return s
}

// rows are the experiments, in the order of the course.
func (o *Options) rows() ([]experiment.Info, error) {
	for _, id := range o.Experiments {
		if _, err := experiment.Find(id); err != nil {
			return nil, err
		}
	}
	all := experiment.List()
	return slices.DeleteFunc(all, func(i experiment.Info) bool {
		return len(o.Experiments) > 0 && !slices.Contains(o.Experiments, i.ID) || o.Quick && !i.Quick()
	}), nil
}
