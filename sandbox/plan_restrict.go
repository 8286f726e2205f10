package sandbox

import (
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// restrictionSteps list what every command takes on, in the order in which it
// must: the filter on system calls comes last, for it judges all after it.
func (p *Plan) restrictionSteps() error {
	if p.limited() {
		p.child(p.limitLayer(), "each command joins the group that is limited; its init stays out of it", p.join())
	}
	if p.Layers.Has(Capabilities) {
		p.child(Capabilities, "root without most of root's rights", limitCapabilities(p.kept(), p.machine.LastCapability))
	}
	if p.Layers.Has(NoNewPrivs) {
		p.child(NoNewPrivs, "no program that it executes gives it more rights", op.NoNewPrivileges{})
	}
	if p.Layers.Has(Landlock) {
		p.child(Landlock, "rules for files that not even root inside can lift", p.access())
	}
	if p.Layers.Has(Seccomp) {
		filter, err := p.filter()
		if err != nil {
			return err
		}
		p.child(Seccomp, "calls that programs seldom need are refused", filter)
	}
	return nil
}

// limited tells whether the plan has a group with limits.
func (p *Plan) limited() bool { return p.layout.Commands != "" || len(p.layout.Branches) > 0 }

// limitLayer is the first layer that limits, to which the group belongs.
func (p *Plan) limitLayer() Layer {
	for _, row := range limitLayers {
		if p.Layers.Has(row.layer) {
			return row.layer
		}
	}
	return ""
}

// join is how a command gets into the group.
func (p *Plan) join() op.JoinCgroup {
	if p.layout.Commands != "" {
		return op.JoinCgroup{Paths: []string{p.layout.Commands}, Leaf: true}
	}
	j := op.JoinCgroup{Tasks: len(p.layout.Branches)}
	for _, b := range p.layout.Branches {
		j.Paths = append(j.Paths, b.Dir)
	}
	return j
}
