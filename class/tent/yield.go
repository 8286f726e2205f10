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
	var of use
	weight := shareFor(0)
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
		if w := shareFor(of.late(*now.CPU.Usage, every)); w != weight {
			weight = w
			t.weigh(w) // an error leaves the limit in processors, which holds in any case
		}
	}
}

// weigh gives the tent a weight among all others.
func (t *Tent) weigh(weight int) error {
	limits := t.limits.group()
	limits.Weight = weight
	return t.box.Limit(limits)
}

// use is how much of one processor a tent uses.
type use struct {
	before uint64 // in microseconds
	recent float64
}

// late is what it has used of late: half of that in the time since the last call,
// half as it was until then.
func (u *use) late(now uint64, since time.Duration) float64 {
	u.recent = (u.recent + float64(now-u.before)/float64(since.Microseconds())) / 2
	u.before = now
	return u.recent
}

// group are the limits of the control group of a tent.
func (l Limits) group() cgroup.Limits {
	return cgroup.Limits{Memory: l.Memory, CPUs: l.CPUs, PIDs: l.PIDs, Weight: shareFor(0)}
}
