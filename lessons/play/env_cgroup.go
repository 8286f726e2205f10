package play

import (
	"fmt"
	"math"
	"sync"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// cgroupOf is what the cgroups of a process say. What is used is read once, when
// a condition first asks.
func cgroupOf(f facts.Facts) lessons.Cgroup {
	usage := sync.OnceValue(func() cgroup.Statistics { return facts.Measure(f.Cgroups) })
	count := func(what string, field func(*cgroup.Statistics) *uint64) func() (int, error) {
		return func() (int, error) {
			s := usage()
			if n := field(&s); n != nil {
				return int(min(*n, math.MaxInt)), nil
			}
			return 0, fmt.Errorf("nobody counts %s here: the command is in no cgroup of that kind but the machine's own, or the kernel does not tell", what)
		}
	}
	return lessons.Cgroup{
		Path:   cgroupPath(f),
		Frozen: func() (bool, error) { return facts.Frozen(f.Cgroups) },
		Memory: lessons.MemoryCgroup{
			Max:     func() (int, error) { return limit[int](f, "memory") },
			Current: count("memory", func(s *cgroup.Statistics) *uint64 { return s.Memory.Current }),
			Peak:    count("the most memory used", func(s *cgroup.Statistics) *uint64 { return s.Memory.Peak }),
			OOMKill: count("processes killed for want of memory", func(s *cgroup.Statistics) *uint64 { return s.Memory.OOMKill }),
		},
		CPU: lessons.CPUCgroup{
			Max:       func() (float64, error) { return limit[float64](f, "cpu") },
			Throttled: count("periods in which the quota was used up", func(s *cgroup.Statistics) *uint64 { return s.CPU.Throttled }),
		},
		PIDs: lessons.PIDsCgroup{
			Max:     func() (int, error) { return limit[int](f, "pids") },
			Current: count("processes", func(s *cgroup.Statistics) *uint64 { return s.PIDs.Current }),
			Refused: count("refused forks", func(s *cgroup.Statistics) *uint64 { return s.PIDs.Refused }),
		},
	}
}

// limit is the tightest one that holds for a process, its own or one above.
func limit[T int | float64](f facts.Facts, layer string) (T, error) {
	n, ok := f.Limit(layer)
	switch {
	case !ok:
		return 0, fmt.Errorf("no cgroup that could limit %s can be looked into here", layer)
	case math.IsInf(n, 1):
		return T(lessons.Unlimited), nil
	}
	return T(n), nil
}
