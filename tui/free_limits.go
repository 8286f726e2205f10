package tui

import (
	"cmp"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
)

// limit is the value of a layer that limits something.
type limit struct {
	shown func(*Model) string
	step  func(m *Model, n int) tea.Cmd
	field *field
}

// The values that left and right go through.
var (
	memorySteps = []int64{8 << 20, 16 << 20, 32 << 20, 64 << 20, 128 << 20, 256 << 20, 512 << 20, 1 << 30, 2 << 30, 4 << 30}
	cpuSteps    = []float64{0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8}
	pidsSteps   = []int64{8, 16, 32, 64, 128, 256, 512, 1024}
	ioSteps     = []int64{1 << 20, 2 << 20, 4 << 20, 8 << 20, 16 << 20, 32 << 20, 64 << 20, 128 << 20, 256 << 20}
)

// next is the value after now, or before it, at the ends the last one.
func next[T cmp.Ordered](steps []T, now T, n int) T {
	at, exact := slices.BinarySearch(steps, now)
	switch {
	case n > 0 && exact:
		at++
	case n < 0:
		at--
	}
	return steps[max(min(at, len(steps)-1), 0)]
}

// limits are the layers with a value. A step switches the layer on.
var limits map[sandbox.Layer]limit

func init() { // the steps refer to the table through the rows
	limits = map[sandbox.Layer]limit{
		sandbox.Memory: {
			shown: limitShown(sandbox.Memory, func(l cgroup.Limits) string { return preset.SizeWord(l.Memory) }),
			step: limitStep(sandbox.Memory, func(l *cgroup.Limits, n int) {
				l.Memory = next(memorySteps, cmp.Or(l.Memory, sandbox.DefaultLimits.Memory), n)
			}),
			field: limitField("memory", "a size: 64M, 1.5G", sandbox.Memory, func(l *cgroup.Limits, w string) (err error) {
				l.Memory, err = orNone(w, func(w string) (int64, error) { return cgroup.ParseBytes("memory limit", w) })
				return err
			}, func(l cgroup.Limits) string { return preset.SizeWord(l.Memory) }),
		},
		sandbox.CPU: {
			shown: limitShown(sandbox.CPU, func(l cgroup.Limits) string { return preset.CPUsWord(l.CPUs) }),
			step: limitStep(sandbox.CPU, func(l *cgroup.Limits, n int) {
				l.CPUs = next(cpuSteps, cmp.Or(l.CPUs, sandbox.DefaultLimits.CPUs), n)
			}),
			field: limitField("cpu", "how many CPUs: 0.5 is half of one", sandbox.CPU, func(l *cgroup.Limits, w string) (err error) {
				l.CPUs, err = orNone(w, cgroup.ParseCPUs)
				return err
			}, func(l cgroup.Limits) string { return preset.CPUsWord(l.CPUs) }),
		},
		sandbox.PIDs: {
			shown: limitShown(sandbox.PIDs, func(l cgroup.Limits) string { return countWord(l.PIDs) }),
			step: limitStep(sandbox.PIDs, func(l *cgroup.Limits, n int) {
				l.PIDs = next(pidsSteps, cmp.Or(l.PIDs, sandbox.DefaultLimits.PIDs), n)
			}),
			field: limitField("pids", "how many processes and threads: 32", sandbox.PIDs, func(l *cgroup.Limits, w string) (err error) {
				l.PIDs, err = orNone(w, cgroup.ParsePIDs)
				return err
			}, func(l cgroup.Limits) string { return countWord(l.PIDs) }),
		},
		sandbox.IO: {
			shown: func(m *Model) string { return ioShown(m.free.setup.Spec, m.free.diskLimit()) },
			step:  (*Model).stepIO,
			field: limitField("io", "a disk and its limits: 254:0 rbps=1M wbps=1M", sandbox.IO, func(l *cgroup.Limits, w string) error {
				io, err := orNone(w, cgroup.ParseIO)
				if l.IO = nil; io.Device != "" {
					l.IO = []cgroup.IOLimit{io}
				}
				return err
			}, func(l cgroup.Limits) string { return ioWord(l.IO) }),
		},
	}
}

// orNone parses a word; an empty one means the layer's preset.
func orNone[T any](word string, parse func(string) (T, error)) (value T, err error) {
	if word == "" {
		return value, nil
	}
	return parse(word)
}

// limitShown is the value in the table, of a layer without one its preset.
func limitShown(l sandbox.Layer, word func(cgroup.Limits) string) func(*Model) string {
	return func(m *Model) string {
		s := m.free.setup.Spec
		if !s.Layers.Has(l) {
			return ""
		}
		return cmp.Or(word(s.Limits), word(sandbox.DefaultLimits))
	}
}

func limitStep(l sandbox.Layer, step func(*cgroup.Limits, int)) func(*Model, int) tea.Cmd {
	return func(m *Model, n int) tea.Cmd {
		return m.change(func(s *preset.Setup) {
			if s.Spec.Layers.Has(l) {
				step(&s.Spec.Limits, n)
			}
			s.Spec.Layers = s.Spec.Layers.With(l)
		})
	}
}

func limitField(name, how string, l sandbox.Layer, set func(*cgroup.Limits, string) error, read func(cgroup.Limits) string) *field {
	return &field{name: name, how: how,
		read: func(s preset.Setup) string { return read(s.Spec.Limits) },
		set: func(s *preset.Setup, word string) error {
			s.Spec.Layers = s.Spec.Layers.With(l)
			return set(&s.Spec.Limits, word)
		},
	}
}

// ioWord is the first disk's limits; the table has room for one.
func ioWord(list []cgroup.IOLimit) string {
	if len(list) == 0 {
		return ""
	}
	return preset.IOWord(list[0])
}

// ioShown says what a disk may move in a second.
func ioShown(s sandbox.Spec, l cgroup.IOLimit) string {
	n := cmp.Or(min(l.ReadBPS, l.WriteBPS), l.ReadBPS, l.WriteBPS)
	if !s.Layers.Has(sandbox.IO) || n == 0 {
		return ""
	}
	return preset.SizeWord(n) + "/s"
}

// diskLimit is the limit that is asked for, or else what the plan says that
// the layer means here: only it knows the disk.
func (f *free) diskLimit() cgroup.IOLimit {
	for _, from := range [][]cgroup.IOLimit{f.setup.Spec.Limits.IO, f.planLimits().IO} {
		if len(from) > 0 {
			return from[0]
		}
	}
	return cgroup.IOLimit{}
}

func (f *free) planLimits() cgroup.Limits {
	if !f.plan.fresh() {
		return cgroup.Limits{}
	}
	return f.plan.plan.Limits()
}

// stepIO gives reading and writing the next limit, once the disk is known.
func (m *Model) stepIO(n int) tea.Cmd {
	disk := m.free.diskLimit()
	return m.change(func(s *preset.Setup) {
		if disk.Device != "" {
			bytes := next(ioSteps, cmp.Or(disk.ReadBPS, disk.WriteBPS, sandbox.DefaultIO), n)
			s.Spec.Limits.IO = []cgroup.IOLimit{{Device: disk.Device, ReadBPS: bytes, WriteBPS: bytes}}
		}
		s.Spec.Layers = s.Spec.Layers.With(sandbox.IO)
	})
}
