package cgroup

import (
	"path"
	"slices"
	"strconv"
)

// Setting is one control file and what is written to it.
type Setting struct {
	Controller string `json:"controller"`
	Path       string `json:"path"`
	Value      string `json:"value"`
	// Optional marks a file that kernels without swap do not have.
	Optional bool `json:"optional,omitempty"`
}

// String is what a person would type.
func (s Setting) String() string { return "echo " + quote(s.Value) + " > " + s.Path }

func quote(value string) string {
	for _, r := range value {
		if r == ' ' {
			return "'" + value + "'"
		}
	}
	return value
}

// file is a control file that carries a limit.
type file struct {
	controller string
	version    int
	name       string
	value      func(Limits) string // of no limit: what the kernel begins with
	optional   bool
}

// files are written in this order.
var files = []file{
	{Memory, 2, "memory.swap.max", func(l Limits) string { return most(l.Memory == 0, l.Swap, "max") }, true},
	{Memory, 2, "memory.high", func(l Limits) string { return most(l.MemoryHigh == 0, l.MemoryHigh, "max") }, false},
	{Memory, 2, "memory.max", func(l Limits) string { return most(l.Memory == 0, l.Memory, "max") }, false},
	{Memory, 1, memoryLimit, func(l Limits) string { return most(l.Memory == 0, l.Memory, "-1") }, false},
	{Memory, 1, memoryAndSwap, func(l Limits) string { return most(l.Memory == 0, l.Memory+l.Swap, "-1") }, false},
	{Memory, 1, swappiness, unswappable, false},
	{CPU, 2, "cpu.max", func(l Limits) string { return most(l.CPUs == 0, quota(l), "max") + " " + strconv.Itoa(period) }, false},
	{CPU, 2, "cpu.weight", func(l Limits) string { return most(l.Weight == 0, int64(l.Weight), "100") }, false},
	{CPU, 1, "cpu.cfs_quota_us", func(l Limits) string { return most(l.CPUs == 0, quota(l), "-1") }, false},
	{CPU, 1, "cpu.shares", func(l Limits) string { return most(l.Weight == 0, int64(l.Weight)*1024/100, "1024") }, false},
	{PIDs, 2, "pids.max", processes, false},
	{PIDs, 1, "pids.max", processes, false},
}

const (
	memoryLimit   = "memory.limit_in_bytes"
	memoryAndSwap = "memory.memsw.limit_in_bytes"
	swappiness    = "memory.swappiness"

	// period in µs is the kernel's own for a new group, in v1 as in v2: there
	// it need not be written.
	period = 100_000
)

func quota(l Limits) int64 { return int64(l.CPUs*period + 0.5) }

func processes(l Limits) string { return most(l.PIDs == 0, l.PIDs, "max") }

// most writes a limit, or the word for none.
func most(none bool, limit int64, word string) string {
	if none {
		return word
	}
	return strconv.FormatInt(limit, 10)
}

// unswappable keeps a group with a memory limit from swapping where v1 does
// not count swap: with a swappiness of 0 reclaim at the limit never swaps
// (Documentation/admin-guide/cgroup-v1/memory.rst, 5.3).
func unswappable(l Limits) string { return most(l.Memory == 0, 0, "60") }

// settings lists what has to be written to come from one set of limits to
// another. A new group is one without limits.
func (l Layout) settings(from, to Limits) []Setting {
	var list []Setting
	for _, f := range files {
		dir, version := l.carrier(f.controller)
		if version != f.version || f.value(from) == f.value(to) || f.name == memoryAndSwap && l.SwapUncounted || f.name == swappiness && !l.SwapUncounted {
			continue
		}
		list = append(list, Setting{Controller: f.controller, Path: path.Join(dir, f.name), Value: f.value(to), Optional: f.optional})
	}
	if raises(from, to) {
		swapOrder(list)
	}
	return append(list, l.ioSettings(from.IO, to.IO)...)
}

// raises tells whether the new memory limit is above what memory and swap
// together were limited to. v1 refuses a memory limit above that sum: then the
// sum goes first.
func raises(from, to Limits) bool {
	return from.Memory > 0 && (to.Memory == 0 || to.Memory > from.Memory+from.Swap)
}

func swapOrder(list []Setting) {
	named := func(name string) int {
		return slices.IndexFunc(list, func(s Setting) bool { return path.Base(s.Path) == name })
	}
	if memory, sum := named(memoryLimit), named(memoryAndSwap); memory >= 0 && sum >= 0 {
		list[memory], list[sum] = list[sum], list[memory]
	}
}

// ioSettings limits the devices that are new or limited differently now, and
// frees those that are limited no more.
func (l Layout) ioSettings(from, to []IOLimit) []Setting {
	var list []Setting
	for _, d := range to {
		if !slices.Contains(from, d) {
			i := slices.IndexFunc(from, func(old IOLimit) bool { return old.Device == d.Device })
			old := IOLimit{Device: d.Device}
			if i >= 0 {
				old = from[i]
			}
			list = append(list, l.deviceSettings(old, d)...)
		}
	}
	for _, d := range from {
		if !slices.ContainsFunc(to, func(kept IOLimit) bool { return kept.Device == d.Device }) {
			list = append(list, l.deviceSettings(d, IOLimit{Device: d.Device})...)
		}
	}
	return list
}

// rates are the files of blkio by the words of io.max.
var rates = []struct{ word, file string }{
	{"rbps", "blkio.throttle.read_bps_device"}, {"wbps", "blkio.throttle.write_bps_device"},
	{"riops", "blkio.throttle.read_iops_device"}, {"wiops", "blkio.throttle.write_iops_device"},
}

func (l Layout) deviceSettings(from, to IOLimit) []Setting {
	var list []Setting
	dir, version := l.carrier(IO)
	line := to.Device
	for _, r := range rates {
		before, after := *from.field(r.word), *to.field(r.word)
		line += " " + r.word + "=" + most(after == 0, after, "max")
		if version == 1 && before != after { // 0 takes the limit away
			list = append(list, Setting{Controller: IO, Path: path.Join(dir, r.file), Value: to.Device + " " + strconv.FormatInt(after, 10)})
		}
	}
	if version == 2 {
		list = append(list, Setting{Controller: IO, Path: path.Join(dir, "io.max"), Value: line})
	}
	return list
}
