package facts

import (
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
)

// Measure reads what cgroups use now, those of [Facts.Cgroups]: all processes
// in them, that of the facts among others. For a live chart read the facts
// once and measure as often as the chart moves; rates are the difference of
// two measurements by the time between them.
//
// The units are those of [cgroup.Statistics]. Nil is what the kernel does not
// count, what the reader may not read, and what is counted only for the root
// of a hierarchy, which is the machine, or all that the reader can see of it.
// Of a hierarchy in which the process has left the root, v1 comes before v2.
func Measure(groups []Cgroup) cgroup.Statistics { return measure(groups, os.DirFS("/")) }

func measure(groups []Cgroup, files fs.FS) cgroup.Statistics {
	var s cgroup.Statistics
	texts := map[string]string{}
	for _, c := range groups {
		if c.Dir == "" || c.Path == "/" {
			continue
		}
		read := func(file string) string {
			name := strings.TrimPrefix(path.Join(c.Dir, file), "/")
			if _, seen := texts[name]; !seen {
				b, _ := fs.ReadFile(files, name)
				texts[name] = string(b)
			}
			return texts[name]
		}
		for _, k := range counters {
			k.read(c, read, &s)
		}
		if len(s.IO) == 0 {
			s.IO = diskUsage(c, read)
		}
	}
	return s
}

// counter is one number of the statistics, and the file it is read from.
type counter struct {
	field    func(*cgroup.Statistics) **uint64
	v2       source
	v1       source
	v1Holder string // the controller whose hierarchy has the v1 file
}

// source is a file that is a number, or the line of it that begins with key.
type source struct {
	file, key string
	per       uint64 // divides what the kernel says; 0 is 1
}

var counters = []counter{
	{func(s *cgroup.Statistics) **uint64 { return &s.Memory.Current }, source{file: "memory.current"}, source{file: "memory.usage_in_bytes"}, "memory"},
	{func(s *cgroup.Statistics) **uint64 { return &s.Memory.Peak }, source{file: "memory.peak"}, source{file: "memory.max_usage_in_bytes"}, "memory"},
	{func(s *cgroup.Statistics) **uint64 { return &s.Memory.Max }, source{file: "memory.max"}, source{file: "memory.limit_in_bytes"}, "memory"},
	{func(s *cgroup.Statistics) **uint64 { return &s.Memory.Swap }, source{file: "memory.swap.current"}, source{file: "memory.stat", key: "swap"}, "memory"},
	{func(s *cgroup.Statistics) **uint64 { return &s.Memory.Reclaims }, source{file: "memory.events", key: "max"}, source{file: "memory.memsw.failcnt"}, "memory"},
	{func(s *cgroup.Statistics) **uint64 { return &s.Memory.Reclaims }, source{}, source{file: "memory.failcnt"}, "memory"},
	{func(s *cgroup.Statistics) **uint64 { return &s.Memory.Throttled }, source{file: "memory.events", key: "high"}, source{}, ""},
	{func(s *cgroup.Statistics) **uint64 { return &s.Memory.OOM }, source{file: "memory.events", key: "oom"}, source{}, ""},
	{func(s *cgroup.Statistics) **uint64 { return &s.Memory.OOMKill }, source{file: "memory.events", key: "oom_kill"}, source{file: "memory.oom_control", key: "oom_kill"}, "memory"},
	{func(s *cgroup.Statistics) **uint64 { return &s.CPU.Usage }, source{file: "cpu.stat", key: "usage_usec"}, source{file: "cpuacct.usage", per: 1000}, "cpuacct"},
	{func(s *cgroup.Statistics) **uint64 { return &s.CPU.Periods }, source{file: "cpu.stat", key: "nr_periods"}, source{file: "cpu.stat", key: "nr_periods"}, "cpu"},
	{func(s *cgroup.Statistics) **uint64 { return &s.CPU.Throttled }, source{file: "cpu.stat", key: "nr_throttled"}, source{file: "cpu.stat", key: "nr_throttled"}, "cpu"},
	{func(s *cgroup.Statistics) **uint64 { return &s.CPU.ThrottledTime }, source{file: "cpu.stat", key: "throttled_usec"}, source{file: "cpu.stat", key: "throttled_time", per: 1000}, "cpu"},
	{func(s *cgroup.Statistics) **uint64 { return &s.PIDs.Current }, source{file: "pids.current"}, source{file: "pids.current"}, "pids"},
	{func(s *cgroup.Statistics) **uint64 { return &s.PIDs.Peak }, source{file: "pids.peak"}, source{file: "pids.peak"}, "pids"},
	{func(s *cgroup.Statistics) **uint64 { return &s.PIDs.Max }, source{file: "pids.max"}, source{file: "pids.max"}, "pids"},
	{func(s *cgroup.Statistics) **uint64 { return &s.PIDs.Refused }, source{file: "pids.events", key: "max"}, source{file: "pids.events", key: "max"}, "pids"},
}

// read fills the field if the cgroup's hierarchy can, and nobody has.
func (k counter) read(c Cgroup, read func(string) string, s *cgroup.Statistics) {
	from := k.v1
	switch {
	case c.Hierarchy == Unified:
		from = k.v2
	case !c.has(k.v1Holder):
		return
	}
	field := k.field(s)
	if from.file == "" || *field != nil {
		return
	}
	if n, ok := from.number(read(from.file)); ok {
		*field = &n
	}
}

func (f source) number(text string) (uint64, bool) {
	word := strings.TrimSpace(text)
	if f.key != "" {
		word = ""
		for line := range strings.Lines(text) {
			if key, value, _ := strings.Cut(line, " "); key == f.key {
				word = strings.TrimSpace(value)
			}
		}
	}
	n, err := strconv.ParseUint(word, 10, 64) // not "max"
	if err != nil || n >= noLimit {
		return 0, false
	}
	return n / max(f.per, 1), true
}
