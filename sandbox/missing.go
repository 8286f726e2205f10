package sandbox

import (
	"errors"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// Missing is a layer that was asked for and that this machine cannot raise.
type Missing struct {
	Layer   Layer  `json:"layer"`
	Because string `json:"because"`
	Remedy  string `json:"remedy,omitempty"`
}

// Error makes it the error of a spec that wants the layer.
func (m Missing) Error() error {
	return &features.NotSupportedError{Feature: "the layer " + string(m.Layer), Cause: errors.New(m.Because), Remedy: m.Remedy}
}

// absences tell, layer by layer, why a machine cannot raise it; nil says it can.
var absences = []struct {
	layer Layer
	why   func(Machine, *Plan) *Missing
}{
	{Memory, func(m Machine, _ *Plan) *Missing { return noController(m, cgroup.Memory) }},
	{CPU, func(m Machine, _ *Plan) *Missing { return noController(m, cgroup.CPU) }},
	{PIDs, func(m Machine, _ *Plan) *Missing { return noController(m, cgroup.PIDs) }},
	{IO, func(m Machine, p *Plan) *Missing {
		if m.Disk == "" && len(p.Spec.Limits.IO) == 0 {
			return &Missing{Because: "there is no disk under the state directory", Remedy: "name one: --io \"8:0 wbps=1M\", numbers as in /proc/partitions"}
		}
		return noController(m, cgroup.IO)
	}},
	{Landlock, func(m Machine, _ *Plan) *Missing {
		if m.Landlock > 0 {
			return nil
		}
		return &Missing{Because: "this kernel has no Landlock, or it was not switched on at boot",
			Remedy: "use kernel 5.13 or later with landlock among the security modules (lsm= on the kernel's command line)"}
	}},
}

func noController(m Machine, name string) *Missing {
	err := m.Cgroups.Controller(name).Missing()
	var missing *cgroup.MissingError
	if !errors.As(err, &missing) {
		return nil
	}
	return &Missing{Because: missing.Why, Remedy: missing.Remedy}
}

// leaveOut takes away the layers that the machine cannot raise, or says that
// it cannot.
func (p *Plan) leaveOut() error {
	for _, a := range absences {
		if !p.Layers.Has(a.layer) {
			continue
		}
		missing := a.why(p.machine, p)
		if missing == nil {
			continue
		}
		missing.Layer = a.layer
		if !p.Spec.Partial {
			return missing.Error()
		}
		p.Layers = p.Layers.Without(a.layer)
		p.Missing = append(p.Missing, *missing)
	}
	return nil
}
