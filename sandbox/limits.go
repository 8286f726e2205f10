package sandbox

import (
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
)

// DefaultLimits are what the layers memory, cpu, pids and io mean without a
// value: enough for a shell and its programs. Those of io hold for the disk
// under the state directory.
var DefaultLimits = cgroup.Limits{Memory: 256 << 20, CPUs: 1, PIDs: 128}

// DefaultIO bounds reading and writing, in bytes a second.
const DefaultIO = 64 << 20

// limitLayers are the layers that limits belong to.
var limitLayers = []struct {
	layer  Layer
	asked  func(cgroup.Limits) bool
	preset func(*cgroup.Limits, Machine)
}{
	{Memory, func(l cgroup.Limits) bool { return l.Memory != 0 || l.MemoryHigh != 0 || l.Swap != 0 },
		func(l *cgroup.Limits, _ Machine) { l.Memory = DefaultLimits.Memory }},
	{CPU, func(l cgroup.Limits) bool { return l.CPUs != 0 || l.Weight != 0 },
		func(l *cgroup.Limits, _ Machine) { l.CPUs = DefaultLimits.CPUs }},
	{PIDs, func(l cgroup.Limits) bool { return l.PIDs != 0 },
		func(l *cgroup.Limits, _ Machine) { l.PIDs = DefaultLimits.PIDs }},
	{IO, func(l cgroup.Limits) bool { return len(l.IO) > 0 },
		func(l *cgroup.Limits, m Machine) {
			if m.Disk != "" {
				l.IO = []cgroup.IOLimit{{Device: m.Disk, ReadBPS: DefaultIO, WriteBPS: DefaultIO}}
			}
		}},
}

// limited are the layers that the limits imply.
func limited(l cgroup.Limits) LayerSet {
	var set LayerSet
	for _, row := range limitLayers {
		if row.asked(l) {
			set = set.With(row.layer)
		}
	}
	return set
}

// limits are those of the plan's layers, given or preset.
func (p *Plan) limits() cgroup.Limits {
	l := p.Spec.Limits
	for _, row := range limitLayers {
		if p.Layers.Has(row.layer) && !row.asked(l) {
			row.preset(&l, p.machine)
		}
	}
	return l
}
