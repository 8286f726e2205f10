package experiment

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

var cpuLimit = Info{
	ID:       "cpu-limit",
	Question: "How much of a CPU does a process get that is always busy?",
	Inside:   "one thread computes without a pause for 0.3 s",
	Host:     "measures the processor time it got, and counts how often the kernel held it back",
	Rule:     "limited when the kernel held it back; open when it got more than its limit, or has none: that is then what others left it",
	Control:  "that it was held back is counted by the kernel: a busy machine alone does not make the answer limited. One so busy that the thread does not even get its quota gives n/a",
	Layers:   []sandbox.Layer{sandbox.CPU},
	Needs:    []string{},
	Seconds:  0.4,
	Alone:    true,
	run:      runCPULimit,
}

const (
	// smallCPUs is the quota that is tried, in CPUs: less than even a busy
	// machine leaves for one thread.
	smallCPUs = 0.03
	// quotaPeriod is that of the kernel; package cgroup keeps it.
	quotaPeriod = 100 * time.Millisecond
	burnWindows = 3
)

func runCPULimit(ctx context.Context, t *Trial) error {
	s, err := t.tightened(ctx, sandbox.CPU, func(l *cgroup.Limits) { l.CPUs = smallCPUs })
	if err != nil {
		return err
	}
	before, begin := statistics(s).CPU, time.Now()
	talk, err := t.talkIn(ctx, s, "cpu-limit", inside.Burn{Threads: 1, Windows: burnWindows, Milliseconds: int(quotaPeriod / time.Millisecond)})
	if err != nil {
		return err
	}
	var shares []float64
	for range burnWindows {
		var said inside.Burnt
		if err := talk.Hear(ctx, &said); err != nil {
			return err
		}
		shares = append(shares, float64(said.CPU)/float64(max(said.Wall, 1)))
	}
	t.measure("share", "CPUs that a busy thread got", "CPU", shares)
	after := statistics(s).CPU
	got, wall := processorTime(talk.Process.PID()), time.Since(begin)
	used, counted := rise(before.Usage, after.Usage)
	switch {
	case counted:
		got = time.Duration(used) * time.Microsecond
	case ownKernel(talk.Process):
		return cannot("it runs on a kernel of its own, and the host counts no processor time for it")
	}
	held, counted := rise(before.Throttled, after.Throttled)
	if counted {
		t.count("throttled", "periods in which it was held back", float64(held), "")
	}
	if err := cut(talk); err != nil {
		return err
	}
	return t.judgeBurn(got, wall, held)
}

func (t *Trial) judgeBurn(got, wall time.Duration, held uint64) error {
	share, _ := t.Measured("share")
	o := Observation{ID: "share", What: "a thread that is always busy", Inside: fmt.Sprintf("it got %.2f of a CPU", share.Value),
		Host: fmt.Sprintf("%d ms of processor time in %d ms, held back in %s", got.Milliseconds(), wall.Milliseconds(), facts.Count(int(held), "period")), Outcome: Open}
	if held > 0 {
		o.Outcome, o.By = Limited, sandbox.CPU
		t.see(o)
		t.count("quota", "CPUs that the limit allows", smallCPUs, "CPU")
		return t.conclude(Limited, "it got %.2f of a CPU under a limit of %.2f, and was held back in %s", share.Value, smallCPUs, facts.Count(int(held), "period"))
	}
	if t.has(sandbox.CPU) && got <= mostUnder(smallCPUs, wall) {
		return cannot("this machine is so busy that the thread got %d ms in %d: it did not even reach its limit", got.Milliseconds(), wall.Milliseconds())
	}
	t.see(o)
	return t.conclude(Open, "nothing held it back: it got %.2f of a CPU, which is what others left it", share.Value)
}

// mostUnder is the most that a quota lets through in a time that begins and
// ends within periods.
func mostUnder(cpus float64, wall time.Duration) time.Duration {
	return time.Duration(cpus * float64(wall+2*quotaPeriod))
}

// processorTime is what a process has used, by the host's reckoning: fields 14
// and 15 of proc_pid_stat(5), in hundredths of a second.
func processorTime(pid int) time.Duration {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(b), ") ")
	fields := strings.Fields(rest)
	var user, system int64
	if len(fields) > 12 {
		fmt.Sscan(fields[11]+" "+fields[12], &user, &system)
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}
