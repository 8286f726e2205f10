package cgroup

import (
	"fmt"
	"slices"
	"strconv"
)

// limitWords are the names that limits have on the command line and in lessons,
// and how their values are read.
var limitWords = map[string]func(*Limits, string) error{
	"memory":      func(l *Limits, w string) (err error) { l.Memory, err = ParseBytes("memory limit", w); return err },
	"memory-high": func(l *Limits, w string) (err error) { l.MemoryHigh, err = ParseBytes("memory limit", w); return err },
	"swap":        func(l *Limits, w string) (err error) { l.Swap, err = ParseBytes("swap limit", w); return err },
	"cpus":        func(l *Limits, w string) (err error) { l.CPUs, err = ParseCPUs(w); return err },
	"cpu-weight":  func(l *Limits, w string) (err error) { l.Weight, err = strconv.Atoi(w); return err },
	"pids":        func(l *Limits, w string) (err error) { l.PIDs, err = ParsePIDs(w); return err },
	"io": func(l *Limits, w string) error {
		io, err := ParseIO(w)
		l.IO = append(l.IO, io)
		return err
	},
}

// ParseLimits reads limits by name: {"memory": "64M", "pids": "32"}. The error
// names the first that cannot be read, in the order of their names.
func ParseLimits(words map[string]string) (l Limits, err error) {
	var names []string
	for name := range words {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		read, known := limitWords[name]
		if !known {
			return l, fmt.Errorf("there is no limit %q", name)
		}
		if err := read(&l, words[name]); err != nil {
			return l, err
		}
	}
	return l, nil
}
