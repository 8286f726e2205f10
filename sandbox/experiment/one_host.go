package experiment

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

var oneHost = Info{
	ID:       "one-host",
	Question: "What would a crash of the host take along?",
	Inside:   "asks the kernel for its release, the id of its boot and the time, and who its parent is",
	Host:     "asks the same, looks for the process among its own and who its ancestors are, and counts what else lives on this kernel",
	Rule:     "open when both are on one kernel: the same boot, or the host has the very process among its own; contained when neither is so",
	Layers:   []sandbox.Layer{},
	Needs:    []string{},
	Seconds:  0.05,
	run:      runOneHost,
}

func runOneHost(ctx context.Context, t *Trial) error {
	before := time.Now()
	talk, err := t.talk(ctx, "one-host", nil)
	if err != nil {
		return err
	}
	var said inside.OneHost
	if err := talk.Hear(ctx, &said); err != nil {
		return err
	}
	after := time.Now()
	host, err := hostKernel()
	if err != nil {
		return err
	}
	boot := said.Unread == nil && said.Boot != "" && said.Boot == host.Boot
	t.see(Observation{ID: "boot", What: "the id of the kernel's boot", Inside: orWhyNot(said.Boot, said.Unread), Host: host.Boot, Outcome: passed(boot)})
	release := said.Release == host.Release && said.Version == host.Version
	t.see(Observation{ID: "release", What: "the kernel", Inside: said.Release + " " + said.Version, Host: host.Release + " " + host.Version, Outcome: passed(release)})
	clock := said.Clock >= before.UnixNano() && said.Clock <= after.UnixNano()
	t.see(Observation{ID: "clock", What: "the wall clock", Inside: clockTime(time.Unix(0, said.Clock)), Host: "asked from " + clockTime(before) + " to " + clockTime(after), Outcome: passed(clock)})
	among, err := t.seeAncestors(ctx, talk.Process.PID(), said.Parent)
	if err != nil {
		return err
	}
	processes, namespaces := census()
	t.about("processes", "processes on the host's kernel", float64(processes), "")
	t.about("namespaces", "different namespaces they live in, as far as may be seen", float64(namespaces), "")
	if !boot && !among {
		return t.conclude(Contained, "it runs on another kernel than the host: a crash of that one is its own")
	}
	return t.conclude(Open, "one kernel: what stops it stops %d processes in %d namespaces, this one among them", processes, namespaces)
}

// seeAncestors follows the process from parent to parent, as the host sees
// them, up to tentpole itself.
func (t *Trial) seeAncestors(ctx context.Context, pid, parent int) (among bool, err error) {
	line := ancestors(pid)
	among = pid > 0 && len(line) > 0
	host := "not among the host's processes"
	if among {
		host = fmt.Sprintf("process %d, whose ancestors are %s", pid, strings.Trim(fmt.Sprint(line), "[]"))
	}
	t.see(Observation{ID: "parent", What: "the process and its parent", Inside: fmt.Sprint("child of ", parent), Host: host, Outcome: passed(among)})
	return among, ctx.Err()
}

func clockTime(when time.Time) string { return when.UTC().Format("15:04:05.000000") }

// orWhyNot is a word from inside, or why there is none.
func orWhyNot(word string, refused *inside.Error) string {
	if refused != nil {
		return answer(refused)
	}
	return word
}
