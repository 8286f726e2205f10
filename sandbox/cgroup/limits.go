package cgroup

import (
	"fmt"
	"slices"
)

// Limits are what a sandbox's commands may use together. Zero means: no limit.
type Limits struct {
	// Memory is the most they may have, in bytes: memory.max, on v1
	// memory.limit_in_bytes. Above it the out-of-memory killer takes one.
	Memory int64 `json:"memory,omitempty"`
	// MemoryHigh in bytes is where the kernel begins to slow them down and to
	// reclaim, without killing: memory.high. v1 has nothing like it.
	MemoryHigh int64 `json:"memory_high,omitempty"`
	// Swap is how many bytes they may swap beyond Memory. With Memory set and
	// none asked for it is held at none: else nobody would die of the limit
	// on a machine that swaps.
	Swap int64 `json:"swap,omitempty"`
	// CPUs is how much processor time they may have: 0.5 is half of one CPU,
	// 2 is two of them. It is written as a quota in every 100 ms.
	CPUs float64 `json:"cpus,omitempty"`
	// Weight is their share when others want the CPU as well, 1 to 10000; the
	// kernel's default is 100. On v1 it becomes cpu.shares, where the default
	// is 1024.
	Weight int `json:"weight,omitempty"`
	// PIDs is how many processes and threads there may be at a time. The
	// next fork(2) answers EAGAIN.
	PIDs int64 `json:"pids,omitempty"`
	// IO limits block devices, each named once.
	IO []IOLimit `json:"io,omitempty"`
}

// IOLimit limits one block device; zero means no limit. v1 does not hold back
// buffered writes, which the kernel does later and in its own name.
type IOLimit struct {
	// Device is "MAJOR:MINOR" of a whole disk, as in /proc/partitions; the
	// kernel answers ENODEV for a partition.
	Device    string `json:"device"`
	ReadBPS   int64  `json:"read_bps,omitempty"`  // bytes per second
	WriteBPS  int64  `json:"write_bps,omitempty"` // bytes per second
	ReadIOPS  int64  `json:"read_iops,omitempty"` // operations per second
	WriteIOPS int64  `json:"write_iops,omitempty"`
}

// IsZero tells whether nothing is limited.
func (l Limits) IsZero() bool { return l.Equal(Limits{}) }

// Equal tells whether both limit the same.
func (l Limits) Equal(m Limits) bool {
	return l.Memory == m.Memory && l.MemoryHigh == m.MemoryHigh && l.Swap == m.Swap && l.CPUs == m.CPUs &&
		l.Weight == m.Weight && l.PIDs == m.PIDs && slices.Equal(l.IO, m.IO)
}

// Controllers lists the controllers that these limits need, in the order of
// the ladder.
func (l Limits) Controllers() []string {
	var needed []string
	for _, c := range []struct {
		name   string
		needed bool
	}{
		{Memory, l.Memory != 0 || l.MemoryHigh != 0 || l.Swap != 0},
		{CPU, l.CPUs != 0 || l.Weight != 0},
		{PIDs, l.PIDs != 0},
		{IO, len(l.IO) > 0},
	} {
		if c.needed {
			needed = append(needed, c.name)
		}
	}
	return needed
}

// leastCPUs is the smallest quota the kernel takes, 1 ms, in a period of 100;
// min_cfs_quota_period in kernel/sched.
const leastCPUs = 0.01

// Check finds values that no kernel would take. The error is a *ParseError.
func (l Limits) Check() error {
	for _, c := range []struct {
		what  string
		value any
		wrong bool
		why   string
	}{
		{"memory limit", l.Memory, l.Memory < 0, "must not be negative"},
		{"memory.high", l.MemoryHigh, l.MemoryHigh < 0, "must not be negative"},
		{"memory.high", l.MemoryHigh, l.Memory > 0 && l.MemoryHigh > l.Memory, "is above the memory limit and would never be reached"},
		{"swap limit", l.Swap, l.Swap < 0, "must not be negative"},
		{"swap limit", l.Swap, l.Swap > 0 && l.Memory == 0, "goes with a memory limit: give one as well"},
		{"CPU limit", l.CPUs, !(l.CPUs == 0 || l.CPUs >= leastCPUs && l.CPUs <= mostCPUs), whyCPUs},
		{"CPU weight", l.Weight, l.Weight < 0 || l.Weight > 10000, "must be from 1 to 10000"},
		{"pids limit", l.PIDs, l.PIDs < 0 || l.PIDs > mostPIDs, whyPIDs},
	} {
		if c.wrong {
			return &ParseError{What: c.what, Word: fmt.Sprint(c.value), Why: c.why}
		}
	}
	return l.checkIO()
}

func (l Limits) checkIO() error {
	for i, d := range l.IO {
		why := ""
		switch {
		case !isDevice(d.Device):
			why = whyDevice
		case min(d.ReadBPS, d.WriteBPS, d.ReadIOPS, d.WriteIOPS) < 0:
			why = "must not be negative"
		case slices.ContainsFunc(l.IO[:i], func(e IOLimit) bool { return e.Device == d.Device }):
			why = "is limited twice: put all in one"
		}
		if why != "" {
			return &ParseError{What: "io limit", Word: d.Device, Why: why}
		}
	}
	return nil
}
