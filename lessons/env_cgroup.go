package lessons

import "math"

// Unlimited is what a limit reads where there is none: larger than every
// number, and the word unlimited in a condition.
const Unlimited = math.MaxInt

// Cgroup is what the cgroups of the sandbox's command say, on cgroup v1, v2 and
// both; cgroups(7). A number is read when a condition asks for it. The error
// says why it cannot be had: nobody limits that here, or nobody counts it.
type Cgroup struct {
	Path   string               `expr:"path"` // as the host sees it
	Frozen func() (bool, error) `expr:"frozen"`
	Memory MemoryCgroup         `expr:"memory"`
	CPU    CPUCgroup            `expr:"cpu"`
	PIDs   PIDsCgroup           `expr:"pids"`
}

// MemoryCgroup is in bytes.
type MemoryCgroup struct {
	Max     func() (int, error) `expr:"max"` // the tightest limit that holds, its own or one above
	Current func() (int, error) `expr:"current"`
	Peak    func() (int, error) `expr:"peak"`
	OOMKill func() (int, error) `expr:"oom_kill"` // processes killed at the limit
}

// CPUCgroup is about processor time.
type CPUCgroup struct {
	Max       func() (float64, error) `expr:"max"`       // CPUs: 0.5 is half of one
	Throttled func() (int, error)     `expr:"throttled"` // periods in which the quota was used up
}

// PIDsCgroup counts processes and threads.
type PIDsCgroup struct {
	Max     func() (int, error) `expr:"max"`
	Current func() (int, error) `expr:"current"`
	Refused func() (int, error) `expr:"refused"` // forks that were refused at the limit
}
