package cgroup

import (
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// Statistics is what the commands of a sandbox use, counted by the kernel
// since the group was made. What this machine or this group does not count is
// nil; a limit is nil when there is none.
type Statistics struct {
	Memory MemoryStatistics `json:"memory"`
	CPU    CPUStatistics    `json:"cpu"`
	PIDs   PIDsStatistics   `json:"pids"`
	IO     []IOStatistics   `json:"io,omitempty"` // by device
}

// MemoryStatistics are in bytes, and in events.
type MemoryStatistics struct {
	Current *uint64 `json:"current,omitempty"`
	Peak    *uint64 `json:"peak,omitempty"` // on v2 since Linux 5.19
	Max     *uint64 `json:"max,omitempty"`
	Swap    *uint64 `json:"swap,omitempty"`
	// Reclaims is how often the limit was hit and memory had to be taken back:
	// the event max of memory.events, on v1 memory.memsw.failcnt, or
	// memory.failcnt where swap is not counted.
	Reclaims *uint64 `json:"reclaims,omitempty"`
	// Throttled is how often memory.high slowed somebody down; v2.
	Throttled *uint64 `json:"throttled,omitempty"`
	OOM       *uint64 `json:"oom,omitempty"`      // how often memory could not be had; v2
	OOMKill   *uint64 `json:"oom_kill,omitempty"` // processes killed for it
}

// CPUStatistics are in microseconds and in periods of the quota, of 100 ms.
type CPUStatistics struct {
	// Usage has the init in it on a hybrid machine whose v1 hierarchies do
	// not count: it is then that of all in the group that tracks.
	Usage         *uint64 `json:"usage,omitempty"`
	Periods       *uint64 `json:"periods,omitempty"`
	Throttled     *uint64 `json:"throttled,omitempty"`      // periods in which the quota was used up
	ThrottledTime *uint64 `json:"throttled_time,omitempty"` // summed over the CPUs
}

// PIDsStatistics count processes and threads.
type PIDsStatistics struct {
	Current *uint64 `json:"current,omitempty"`
	Peak    *uint64 `json:"peak,omitempty"` // where the kernel keeps it
	Max     *uint64 `json:"max,omitempty"`
	Refused *uint64 `json:"refused,omitempty"` // forks that got EAGAIN
}

// IOStatistics are of one device. v1 does not count what was written through
// the page cache.
type IOStatistics struct {
	Device     string `json:"device"` // MAJOR:MINOR
	ReadBytes  uint64 `json:"read_bytes"`
	WriteBytes uint64 `json:"write_bytes"`
	Reads      uint64 `json:"reads"`
	Writes     uint64 `json:"writes"`
}

// counter is a number in a control file.
type counter struct {
	controller string
	version    int
	file       string
	key        string // of the line, "" when the file is the number
	unit       uint64 // divides what the kernel says; 0 is 1
	field      func(*Statistics) **uint64
}

// counters are all of them. Where two rows fill a field, the later one wins.
var counters = []counter{
	{Memory, 2, "memory.current", "", 0, func(s *Statistics) **uint64 { return &s.Memory.Current }},
	{Memory, 2, "memory.peak", "", 0, func(s *Statistics) **uint64 { return &s.Memory.Peak }},
	{Memory, 2, "memory.max", "", 0, func(s *Statistics) **uint64 { return &s.Memory.Max }},
	{Memory, 2, "memory.swap.current", "", 0, func(s *Statistics) **uint64 { return &s.Memory.Swap }},
	{Memory, 2, "memory.events", "max", 0, func(s *Statistics) **uint64 { return &s.Memory.Reclaims }},
	{Memory, 2, "memory.events", "high", 0, func(s *Statistics) **uint64 { return &s.Memory.Throttled }},
	{Memory, 2, "memory.events", "oom", 0, func(s *Statistics) **uint64 { return &s.Memory.OOM }},
	{Memory, 2, "memory.events", "oom_kill", 0, func(s *Statistics) **uint64 { return &s.Memory.OOMKill }},
	{Memory, 1, "memory.usage_in_bytes", "", 0, func(s *Statistics) **uint64 { return &s.Memory.Current }},
	{Memory, 1, "memory.max_usage_in_bytes", "", 0, func(s *Statistics) **uint64 { return &s.Memory.Peak }},
	{Memory, 1, memoryLimit, "", 0, func(s *Statistics) **uint64 { return &s.Memory.Max }},
	{Memory, 1, "memory.stat", "swap", 0, func(s *Statistics) **uint64 { return &s.Memory.Swap }},
	{Memory, 1, "memory.failcnt", "", 0, func(s *Statistics) **uint64 { return &s.Memory.Reclaims }},
	{Memory, 1, "memory.memsw.failcnt", "", 0, func(s *Statistics) **uint64 { return &s.Memory.Reclaims }},
	{Memory, 1, "memory.oom_control", "oom_kill", 0, func(s *Statistics) **uint64 { return &s.Memory.OOMKill }},
	{CPU, 2, "cpu.stat", "usage_usec", 0, func(s *Statistics) **uint64 { return &s.CPU.Usage }},
	{CPU, 2, "cpu.stat", "nr_periods", 0, func(s *Statistics) **uint64 { return &s.CPU.Periods }},
	{CPU, 2, "cpu.stat", "nr_throttled", 0, func(s *Statistics) **uint64 { return &s.CPU.Throttled }},
	{CPU, 2, "cpu.stat", "throttled_usec", 0, func(s *Statistics) **uint64 { return &s.CPU.ThrottledTime }},
	{accounting, 1, "cpuacct.usage", "", 1000, func(s *Statistics) **uint64 { return &s.CPU.Usage }},
	{CPU, 1, "cpu.stat", "nr_periods", 0, func(s *Statistics) **uint64 { return &s.CPU.Periods }},
	{CPU, 1, "cpu.stat", "nr_throttled", 0, func(s *Statistics) **uint64 { return &s.CPU.Throttled }},
	{CPU, 1, "cpu.stat", "throttled_time", 1000, func(s *Statistics) **uint64 { return &s.CPU.ThrottledTime }},
	{PIDs, 2, "pids.current", "", 0, func(s *Statistics) **uint64 { return &s.PIDs.Current }},
	{PIDs, 2, "pids.peak", "", 0, func(s *Statistics) **uint64 { return &s.PIDs.Peak }},
	{PIDs, 2, "pids.max", "", 0, func(s *Statistics) **uint64 { return &s.PIDs.Max }},
	{PIDs, 2, "pids.events", "max", 0, func(s *Statistics) **uint64 { return &s.PIDs.Refused }},
	{PIDs, 1, "pids.current", "", 0, func(s *Statistics) **uint64 { return &s.PIDs.Current }},
	{PIDs, 1, "pids.peak", "", 0, func(s *Statistics) **uint64 { return &s.PIDs.Peak }},
	{PIDs, 1, "pids.max", "", 0, func(s *Statistics) **uint64 { return &s.PIDs.Max }},
	{PIDs, 1, "pids.events", "max", 0, func(s *Statistics) **uint64 { return &s.PIDs.Refused }},
}

// unlimited is where v1 says "unlimited" by a number: the largest of pages.
const unlimited = 1 << 62

// statistics reads the files of a layout; the file system is rooted at "/".
// What cannot be read is left out.
func (l Layout) statistics(files fs.FS) Statistics {
	var s Statistics
	texts := map[string]string{}
	read := func(dir, file string) string {
		name := strings.TrimPrefix(path.Join(dir, file), "/")
		text, seen := texts[name]
		if !seen {
			b, _ := fs.ReadFile(files, name)
			text = string(b)
			texts[name] = text
		}
		return text
	}
	for _, c := range counters {
		if dir := l.counted(c); dir != "" {
			if n, ok := number(read(dir, c.file), c.key); ok {
				n /= max(c.unit, 1)
				*c.field(&s) = &n
			}
		}
	}
	switch dir, version := l.carrier(IO); version {
	case 2:
		s.IO = ioStat(read(dir, "io.stat"))
	case 1:
		s.IO = blkioStat(read(dir, "blkio.throttle.io_service_bytes"), read(dir, "blkio.throttle.io_serviced"))
	}
	return s
}

// counted is where a counter is found. v2 counts processor time in every
// group, with and without the controller.
func (l Layout) counted(c counter) string {
	dir, version := l.carrier(c.controller)
	switch {
	case version == c.version:
		return dir
	case c.controller != CPU || c.version != 2:
		return ""
	case l.Commands != "":
		return l.Commands
	}
	return l.Track
}

// number reads a file that is a number, or a line "KEY NUMBER" of it.
func number(text, key string) (uint64, bool) {
	word := strings.TrimSpace(text)
	if key != "" {
		word = ""
		for line := range strings.Lines(text) {
			if rest, ok := strings.CutPrefix(line, key+" "); ok {
				word = strings.TrimSpace(rest)
			}
		}
	}
	n, err := strconv.ParseUint(word, 10, 64) // not "max"
	return n, err == nil && n < unlimited
}

// ioStat reads io.stat: "254:0 rbytes=1 wbytes=2 rios=3 wios=4 …".
func ioStat(text string) []IOStatistics {
	var list []IOStatistics
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 2 || !isDevice(words[0]) {
			continue
		}
		d := IOStatistics{Device: words[0]}
		for _, w := range words[1:] {
			key, value, _ := strings.Cut(w, "=")
			d.set(key, value)
		}
		list = append(list, d)
	}
	return list
}

// blkioStat reads the two files of v1: "254:0 Read 4096", one line each.
func blkioStat(bytes, operations string) []IOStatistics {
	var list []IOStatistics
	for _, f := range []struct{ text, read, write string }{{bytes, "rbytes", "wbytes"}, {operations, "rios", "wios"}} {
		for line := range strings.Lines(f.text) {
			words := strings.Fields(line)
			if len(words) != 3 || !isDevice(words[0]) {
				continue // the sum
			}
			d := device(&list, words[0])
			switch words[1] {
			case "Read":
				d.set(f.read, words[2])
			case "Write":
				d.set(f.write, words[2])
			}
		}
	}
	return list
}

func device(list *[]IOStatistics, name string) *IOStatistics {
	for i := range *list {
		if (*list)[i].Device == name {
			return &(*list)[i]
		}
	}
	*list = append(*list, IOStatistics{Device: name})
	return &(*list)[len(*list)-1]
}

// set fills a field by its word in io.stat.
func (s *IOStatistics) set(key, value string) {
	field := map[string]*uint64{"rbytes": &s.ReadBytes, "wbytes": &s.WriteBytes, "rios": &s.Reads, "wios": &s.Writes}[key]
	if n, err := strconv.ParseUint(value, 10, 64); err == nil && field != nil {
		*field = n
	}
}
