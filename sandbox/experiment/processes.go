package experiment

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

var processes = Info{
	ID:       "processes",
	Question: "Who sees whose processes?",
	Inside:   "lists /proc and looks there for a process of tentpole's on the host",
	Host:     "looks for the process that did the listing, and by which number",
	Rule:     "open when the inside finds the host's process, one-way when only the host finds the inside's, contained when neither finds the other's",
	Control:  "a plain process must find the host's process in its /proc",
	CleansUp: "ends the process on the host",
	Layers:   []sandbox.Layer{sandbox.PID, sandbox.Mount, sandbox.Root},
	Needs:    []string{},
	Seconds:  0.1,
	run:      runProcesses,
}

func runProcesses(ctx context.Context, t *Trial) error {
	dweller, b, err := t.pair(ctx)
	if err != nil {
		return err
	}
	if err := t.findable(ctx, b); err != nil {
		return err
	}
	var said inside.Processes
	if err := t.ask(ctx, "processes", inside.FindProcess{Name: b.Name}, &said); err != nil {
		return err
	}
	onHost, err := processNumbers()
	if err != nil {
		return err
	}
	t.count("visible-inside", "processes in /proc inside", float64(said.Visible), "")
	t.about("visible-host", "processes in /proc on the host", float64(len(onHost)), "")
	out, in := seenFromInside(said, b), seenFromHost(ctx, dweller)
	t.see(out)
	t.see(in)
	switch {
	case out.Outcome == Open:
		return t.conclude(Open, "the inside sees a process of the host's among the %d in its /proc", said.Visible)
	case in.Outcome == OneWay:
		return t.conclude(OneWay, "the inside sees %d processes and none of the host's; the host sees process %d inside as its own %d",
			said.Visible, dweller.Inside(), dweller.PID())
	}
	return t.conclude(Contained, "neither sees the other's process")
}

// findable is the positive control.
func (t *Trial) findable(ctx context.Context, b bystander) error {
	plain, err := t.control(ctx)
	if err != nil {
		return err
	}
	var said inside.Processes
	if err := askIn(ctx, plain, "processes", inside.FindProcess{Name: b.Name}, &said); err != nil {
		return err
	}
	if said.Found != b.PID {
		return cannot("not even a plain process finds process %d in /proc here", b.PID)
	}
	return nil
}

// seenFromInside tells whether the inside sees the host's process.
func seenFromInside(said inside.Processes, b bystander) Observation {
	o := Observation{ID: "out", What: "a process on the host", Inside: fmt.Sprintf("not among the %d processes it sees", said.Visible),
		Host: fmt.Sprintf("process %d", b.PID), Outcome: Contained}
	switch {
	case said.Refused != nil:
		o.Inside = "it has no list of processes: " + answer(said.Refused)
	case said.Found != 0:
		o.Inside, o.Outcome = fmt.Sprintf("sees it as process %d", said.Found), Open
	}
	return o
}

// seenFromHost tells whether the host sees a process inside.
func seenFromHost(ctx context.Context, p Process) Observation {
	o := Observation{ID: "in", What: "a process inside", Inside: fmt.Sprintf("process %d", p.Inside()), Host: "does not see it", Outcome: Contained}
	f, err := facts.Read(ctx, p.PID())
	if err == nil && len(f.NSPIDs) > 0 && f.NSPIDs[len(f.NSPIDs)-1] == p.Inside() {
		o.Host, o.Outcome = fmt.Sprintf("sees it as process %d, called %s", p.PID(), f.Comm), OneWay
	}
	return o
}

// processNumbers are those that the host's /proc lists.
func processNumbers() (numbers []int, err error) {
	d, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	for _, name := range names {
		if n, notNumber := strconv.Atoi(name); notNumber == nil {
			numbers = append(numbers, n)
		}
	}
	return numbers, err
}
