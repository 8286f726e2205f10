package experiment

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/seccomp"
)

var syscalls = Info{
	ID:       "syscalls",
	Question: "How many system calls are left inside, and what does a filter cost?",
	Inside:   "makes each call of this architecture with descriptors, addresses and sizes that cannot be, and times two calls",
	Host:     "has the same done in a sandbox that differs by nothing but the filter, and in a plain process",
	Rule:     "open without a filter; limited when a filter refuses some calls that are answered otherwise without it; contained when another kernel than the host's answers",
	Control:  "the same sandbox without the filter: a call that is refused there as well is not counted as the filter's",
	Layers:   []sandbox.Layer{sandbox.Seccomp},
	Needs:    []string{},
	Seconds:  0.3,
	Alone:    true,
	run:      runSyscalls,
}

// unfit are arguments that no call has any use for: as a descriptor, a length,
// a process or a set of flags there is no such thing, and as an address it is
// the kernel's.
var unfit = [6]uint64{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}

// fitted are the arguments where those would do something, or be judged by a
// filter's conditions instead of the call's number.
var fitted = map[string][6]uint64{
	"alarm":           {},                          // none, instead of one in the far future
	"clone":           {0x10000, 0, 0, 0, 0, 0},    // a thread without shared signal handlers: clone(2), EINVAL
	"delete_module":   {},                          // no name
	"finit_module":    {^uint64(0), 0, ^uint64(0)}, // no such flags
	"flock":           {^uint64(0), 8},             // LOCK_UN: the unfit ones make the kernel log a line
	"init_module":     {},                          // of no length
	"kill":            {0, 0x7fff},                 // no such signal
	"msgget":          {0x74656e74, 0},             // one that is there, or none
	"personality":     {0xffffffff},                // only asks
	"semget":          {0x74656e74, 0xffffffff, 0}, // fewer than none
	"set_tid_address": {},                          // none
	"shmget":          {0x74656e74, 0, 0},          // of no size
	"socket":          {0, 0xffffffff, 0},          // of no family
	"umask":           {0o22},                      // the usual one
}

// untried are the calls that no arguments make harmless.
var untried = map[string]string{
	"execve":           "executes a program",
	"exit":             "ends the thread",
	"exit_group":       "ends the process",
	"fork":             "starts a process",
	"vfork":            "starts a process",
	"pause":            "waits for a signal",
	"reboot":           "is for the whole machine",
	"remap_file_pages": "writes a line into the kernel's log",
	"restart_syscall":  "belongs to the kernel",
	"rt_sigreturn":     "belongs to the kernel",
	"setsid":           "leaves the session",
	"sync":             "writes out all file systems of the machine",
	"uprobe":           "belongs to the kernel's probes",
	"uretprobe":        "belongs to the kernel's probes",
	"vhangup":          "hangs up a terminal",
}

// timedCalls are the calls whose cost is measured: one that the kernel remembers
// as allowed (since Linux 5.11), and one whose argument a filter has to look at.
var timedCalls = []string{"getppid", "personality"}

func runSyscalls(ctx context.Context, t *Trial) error {
	table, err := callTable()
	if err != nil {
		return cannot("%v", err)
	}
	plain, err := t.control(ctx)
	if err != nil {
		return err
	}
	within, err := table.made(ctx, t.Subject, true)
	if err != nil {
		return err
	}
	outside, err := table.made(ctx, plain, true)
	if err != nil {
		return err
	}
	bare, err := t.unfiltered(ctx, table, within)
	if err != nil {
		return err
	}
	refused := t.compareCalls(table, within, bare)
	t.countRules()
	t.compareCosts(within, outside)
	o := Open
	if refused > 0 {
		o = Limited
	}
	own, err := t.onOwnKernel(ctx)
	if err != nil {
		return err
	}
	if own {
		return t.concludeOwnKernel(table, within, outside)
	}
	return t.conclude(o, "of the %d calls of %s %d were tried; a filter refuses %d, %d are left", table.size, runtime.GOARCH, len(table.tried), refused, len(table.tried)-refused)
}

// concludeOwnKernel counts what the kernel inside does not know: the host's is
// asked for none of it by the program itself.
func (t *Trial) concludeOwnKernel(table callsToTry, within, outside inside.Answers) error {
	var names []string
	const enosys = 38
	for i, call := range table.tried {
		if within.Errno[i] == enosys && outside.Errno[i] != enosys {
			names = append(names, call.Name)
		}
	}
	t.see(Observation{ID: "unknown", What: "calls that the kernel inside does not know", Inside: listText(names), Host: "known here", Outcome: Contained})
	t.count("unknown", "calls that the kernel inside does not know", float64(len(names)), "")
	return t.conclude(Contained, "a kernel of its own answers: of the %d calls of %s %d were tried, and it does not know %d that the host's knows",
		table.size, runtime.GOARCH, len(table.tried), len(names))
}

// callsToTry is this architecture's table, less what is not tried.
type callsToTry struct {
	size   int
	tried  []seccomp.Call
	number map[string]uint32
}

// callTable reads the calls off a policy that decides nothing.
func callTable() (c callsToTry, err error) {
	arch := seccomp.Arch(runtime.GOARCH)
	policy, err := seccomp.Deny(arch)
	if err != nil {
		return c, err
	}
	all, err := policy.Calls(arch)
	if err != nil {
		return c, err
	}
	c = callsToTry{size: len(all), number: map[string]uint32{}}
	for _, call := range all {
		c.number[call.Name] = call.Number
		if untried[call.Name] == "" {
			c.tried = append(c.tried, call)
		}
	}
	return c, nil
}

// made has a side make the calls, and says so when it has left out any.
func (c callsToTry) made(ctx context.Context, s Subject, timed bool) (a inside.Answers, err error) {
	given := inside.Syscalls{Runs: 5, Micros: 4000}
	for _, call := range c.tried {
		given.Try = append(given.Try, inside.SystemCall{Number: call.Number, Args: argumentsOf(call.Name)})
	}
	for _, name := range timedCalls {
		if timed {
			given.Time = append(given.Time, inside.SystemCall{Number: c.number[name], Args: argumentsOf(name)})
		}
	}
	if err := askIn(ctx, s, "syscalls", given, &a); err != nil {
		return a, err
	}
	if len(a.Errno) != len(given.Try) || len(a.Cost) != len(given.Time) {
		return a, fmt.Errorf("the act made %d calls of %d, and timed %d of %d", len(a.Errno), len(given.Try), len(a.Cost), len(given.Time))
	}
	return a, nil
}

func argumentsOf(name string) [6]uint64 {
	if args, ok := fitted[name]; ok {
		return args
	}
	return unfit
}

// filtered asks the kernel, not the plan.
func (t *Trial) filtered(ctx context.Context) (bool, error) {
	talk, err := t.talk(ctx, "glance", inside.Look{})
	if err != nil {
		return false, err
	}
	defer talk.Close()
	f, err := t.Facts(ctx, talk.Process)
	return f.Seccomp == "filter", err
}

// unfiltered has the calls made in the same sandbox without the filter; where
// there is none, what was answered was answered without it.
func (t *Trial) unfiltered(ctx context.Context, table callsToTry, within inside.Answers) (inside.Answers, error) {
	filtered, err := t.filtered(ctx)
	if err != nil || !filtered {
		return within, err
	}
	s, err := t.without(ctx, sandbox.Seccomp)
	if err != nil {
		return within, err
	}
	return table.made(ctx, s, false)
}

// compareCalls counts the calls that are answered otherwise with the filter.
// Those that are refused with it and without may be the filter's as well: only
// their number is told.
func (t *Trial) compareCalls(table callsToTry, within, bare inside.Answers) (refused int) {
	var names []string
	either := 0
	const eperm = 1
	for i, call := range table.tried {
		with, without := within.Errno[i], bare.Errno[i]
		switch {
		case with != without:
			names = append(names, call.Name)
		case with == eperm:
			either++
		}
	}
	o := Open
	if len(names) > 0 {
		o = Limited
	}
	t.see(Observation{ID: "refused", What: "calls that the filter refuses", Inside: listText(names), Host: "answered otherwise without it", Outcome: o, By: layerIf(o, sandbox.Seccomp)})
	t.see(Observation{ID: "untried", What: "calls that no arguments make harmless", Inside: listText(slices.Sorted(maps.Keys(untried))), Host: "not tried", Outcome: NotApplicable})
	t.count("calls", "calls of this architecture", float64(table.size), "")
	t.count("tried", "calls that were tried", float64(len(table.tried)), "")
	t.count("refused", "calls that the filter refuses", float64(len(names)), "")
	t.count("refused-anyway", "calls that are refused with a filter and without, for want of rights", float64(either), "")
	t.count("left", "calls that are left, of those tried", float64(len(table.tried)-len(names)), "")
	return len(names)
}

// countRules counts what the filter was made from, where the transcript tells.
func (t *Trial) countRules() {
	for _, done := range t.Subject.Transcript() {
		if filter, ok := done.Operation.(op.Seccomp); ok {
			t.count("rules-allow", "calls that the filter's rules allow", float64(filter.Allowed), "")
			t.count("rules-depend", "calls whose arguments decide", float64(filter.Conditional), "")
			t.count("rules-refuse", "calls that the rules refuse", float64(filter.Refused), "")
		}
	}
}

func listText(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return fmt.Sprintf("%d: %s", len(names), strings.Join(names, " "))
}

func (t *Trial) compareCosts(within, outside inside.Answers) {
	for i, name := range timedCalls {
		in := t.measure(name, "one "+name+" inside", "ns", within.Cost[i])
		out := t.measure(name+"-plain", "one "+name+" in a plain process", "ns", outside.Cost[i])
		t.see(Observation{ID: "cost-" + name, What: "what one " + name + " costs", Inside: fmt.Sprintf("%.0f ns", in.Value), Host: fmt.Sprintf("%.0f ns in a plain process", out.Value), Outcome: NotApplicable})
	}
}
