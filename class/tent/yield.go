package tent

import (
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
)

// shares are a tent's weights by how much of one processor it has used of late: a
// limit alone lets two learners who compute have a machine of two processors. The
// weight of everybody else is 100; sched(7), cgroups(7).
var shares = []struct {
	above  float64
	weight int
}{{0.5, 2}, {0.2, 20}, {0, 100}}

func shareFor(used float64) int {
	for _, s := range shares {
		if used > s.above {
			return s.weight
		}
	}
	return shares[len(shares)-1].weight
}

// yield has a tent that computes for long wait for those who type, until it is
// closed.
func (t *Tent) yield(every time.Duration) {
	next := time.NewTicker(every)
	defer next.Stop()
	limits := t.limits.group()
	before, recent := uint64(0), 0.0
	for {
		select {
		case <-t.box.Done():
			return
		case <-next.C:
		}
		now, err := t.box.Statistics()
		if err != nil || now.CPU.Usage == nil {
			continue // it is being taken down, or nobody counts
		}
		recent = (recent + float64(*now.CPU.Usage-before)/float64(every.Microseconds())) / 2
		before = *now.CPU.Usage
		if w := shareFor(recent); w != limits.Weight {
			limits.Weight = w
			t.box.Limit(limits) // the limit in processors holds in any case
		}
	}
}

// group are the limits of the control group of a tent.
func (l Limits) group() cgroup.Limits {
	return cgroup.Limits{Memory: l.Memory, CPUs: l.CPUs, PIDs: l.PIDs, Weight: shareFor(0)}
}
