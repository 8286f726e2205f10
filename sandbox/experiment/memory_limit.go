package experiment

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

var memoryLimit = Info{
	ID:       "memory-limit",
	Question: "What stops a process that takes ever more memory?",
	Inside:   "asks for more memory than it may have, then touches it piece by piece",
	Host:     "watches how much of it becomes real, who is killed, and who is left",
	Rule:     "open when it gets all that it wants, limited when it is killed before, and only it",
	Control:  "where no limit is set and it is killed all the same, the machine itself is short: n/a",
	CleansUp: "the eater lets go of the memory; it takes 96 MiB at the most, and nothing where less than four times that is free",
	Layers:   []sandbox.Layer{sandbox.Memory},
	Needs:    []string{},
	Seconds:  0.2,
	run:      runMemoryLimit,
}

const (
	// smallMemory is enough for an act, in bytes.
	smallMemory = 32 << 20
	// appetite is how much the eater wants, with a limit and without, in bytes.
	appetite = inside.EatMost
)

func runMemoryLimit(ctx context.Context, t *Trial) error {
	limit := leastMemory(t.Subject)
	s, err := t.tightened(ctx, sandbox.Memory, func(l *cgroup.Limits) { l.Memory, l.MemoryHigh, l.Swap = limit, 0, 0 })
	if err != nil {
		return err
	}
	if memoryFree() < 4*appetite {
		return cannot("this machine has so little memory left that eating some would harm it")
	}
	w, err := t.witness(ctx, s)
	if err != nil {
		return err
	}
	m := meal{Trial: t, subject: s, limit: limit, before: statistics(s)}
	talk, err := m.ask(ctx)
	if err != nil {
		return err
	}
	if err := m.touch(ctx, talk); err != nil {
		return err
	}
	return m.judge(w.alive(ctx))
}

// leastMemory is a limit that an act does with, or the smallest that the subject
// takes: a machine has a kernel in it as well.
func leastMemory(s Subject) int64 {
	if on, ok := s.(interface{ LeastMemory() int64 }); ok {
		return max(smallMemory, on.LeastMemory())
	}
	return smallMemory
}

// meal is an eater's course.
type meal struct {
	*Trial
	subject Subject
	limit   int64
	before  cgroup.Statistics
	touched int64 // as far as it said
	killed  bool
}

// ask has the eater ask for memory, which costs nothing yet.
func (m *meal) ask(ctx context.Context) (*Talk, error) {
	talk, err := m.talkIn(ctx, m.subject, "memory-limit", inside.Eat{Bytes: appetite})
	if err != nil {
		return nil, err
	}
	var said inside.Eaten
	if err := talk.Hear(ctx, &said); err != nil {
		return nil, err
	}
	if said.Refused != nil {
		return nil, cannot("memory that is not there yet is not even promised here (%s): vm.overcommit_memory says so, or ulimit -v", word(said.Refused.Name))
	}
	real, err := residentOf(ctx, m.subject, talk.Process)
	if err != nil {
		return nil, err
	}
	m.see(Observation{ID: "asking", What: "asking for memory", Inside: fmt.Sprintf("%.0f MiB asked for and granted", mebibytes(appetite)),
		Host: fmt.Sprintf("the process has %.1f MiB in memory", mebibytes(real)), Outcome: Open})
	m.count("granted", "in memory once it was granted", float64(real), "bytes")
	return talk, nil
}

// touch has it touch what it was granted, until it has all or is killed.
func (m *meal) touch(ctx context.Context, talk *Talk) error {
	err := talk.Say(struct{}{})
	for err == nil && m.touched < appetite {
		var said inside.Eaten
		if err = talk.Hear(ctx, &said); err == nil {
			m.touched = max(m.touched, min(said.Touched, appetite))
		}
	}
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	status, late := ended(ctx, talk)
	if m.killed = late == nil && status.Signal == int(syscall.SIGKILL); m.killed {
		return nil
	}
	return err
}

// judge puts the end of the meal into words.
func (m *meal) judge(witnessLives bool) error {
	kills, counted := rise(m.before.Memory.OOMKill, statistics(m.subject).Memory.OOMKill)
	host := "it was not killed"
	switch {
	case m.killed && !counted:
		host = "it was killed; how many were for memory is not counted here"
	case counted:
		host = fmt.Sprintf("the kernel killed %d here for memory", kills)
		m.count("oom-kills", "processes killed for memory", float64(kills), "")
	}
	m.count("touched", "memory that it got", float64(m.touched), "bytes")
	seen := Observation{ID: "touching", What: "touching it", Inside: fmt.Sprintf("%.0f MiB touched", mebibytes(m.touched)), Host: host, Outcome: Open}
	switch {
	case !m.killed:
		m.see(seen)
		return m.conclude(Open, "nothing stopped it: it got all of the %.0f MiB that it wanted", mebibytes(appetite))
	case !m.has(sandbox.Memory) || counted && kills == 0:
		return cannot("it was killed after %.0f MiB, and not for a limit of this sandbox's: the machine, or what tentpole itself runs in, is short of memory", mebibytes(m.touched))
	}
	seen.Inside += ", then it was killed"
	seen.Outcome, seen.By = Limited, sandbox.Memory
	m.see(seen)
	left := Observation{ID: "left", What: "the others inside", Inside: "another process still answers", Host: host, Outcome: Limited, By: sandbox.Memory}
	who := "and nobody else"
	if !witnessLives || kills > 1 {
		left.Inside, left.Outcome, who = "another process was killed as well", Open, "and others with it"
	}
	m.see(left)
	return m.conclude(Limited, "asking was free; touching killed it at %.0f of %.0f MiB, %s", mebibytes(m.touched), mebibytes(m.limit), who)
}

// memoryFree is what can be had without swapping, in bytes; proc_meminfo(5).
func memoryFree() int64 { return procNumber("/proc/meminfo", "MemAvailable:") << 10 }

// resident is what a process has in memory, in bytes; proc_pid_status(5).
func resident(pid int) int64 { return procNumber(fmt.Sprintf("/proc/%d/status", pid), "VmRSS:") << 10 }

// procNumber is the number after a key in a file of /proc, 0 without it.
func procNumber(file, key string) int64 {
	b, _ := os.ReadFile(file)
	return numberAfter(string(b), key)
}

// numberAfter is the number after a word at the beginning of a line, 0 without it.
func numberAfter(text, key string) (n int64) {
	for line := range strings.Lines(text) {
		if rest, found := strings.CutPrefix(line, key); found {
			fmt.Sscan(rest, &n)
		}
	}
	return n
}
