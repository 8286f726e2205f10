package experiment

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

var signals = Info{
	ID:       "signals",
	Question: "Whom can a signal reach, from inside and from the host?",
	Inside:   "asks with signal 0 whether it may signal a process of tentpole's on the host; sends SIGKILL to PID 1 where that is the sandbox's own, elsewhere signal 0",
	Host:     "sends SIGKILL to a process of tentpole's inside; where PID 1 is the sandbox's own, raises another sandbox and sends SIGKILL to PID 1 of that",
	Rule:     "open when the inside may signal the host's process or the machine's PID 1, one-way when only the host can signal the inside, contained when neither can",
	Control:  "a plain process must be able to signal the host's process",
	CleansUp: "ends the processes and the other sandbox",
	Layers:   []sandbox.Layer{sandbox.PID, sandbox.User},
	Needs:    []string{},
	Seconds:  0.1,
	run:      runSignals,
}

func runSignals(ctx context.Context, t *Trial) error {
	victim, b, err := t.pair(ctx)
	if err != nil {
		return err
	}
	send := inside.Send{PID: b.PID, Shared: hosts("pid")}
	if err := t.signallable(ctx, send); err != nil {
		return err
	}
	var said inside.Sent
	if err := t.ask(ctx, "signals", send, &said); err != nil {
		return err
	}
	out, one := reachedHost(said, b), reachedFirst(said)
	in, err := killedInside(ctx, victim)
	if err != nil {
		return err
	}
	t.see(out)
	t.see(one)
	t.see(in)
	if !said.Shared && !ownKernel(victim) {
		if err := t.seeAllKilled(ctx); err != nil {
			return err
		}
	}
	switch {
	case out.Outcome == Open:
		return t.conclude(Open, "the inside may kill a process on the host")
	case one.Outcome == Open:
		return t.conclude(Open, "the inside may signal the machine's PID 1")
	case in.Outcome == OneWay:
		return t.conclude(OneWay, "the inside cannot signal the host's process (%s); the host has killed one inside", said.Out.Name)
	}
	return t.conclude(Contained, "neither can signal the other's process")
}

// signallable is the positive control.
func (t *Trial) signallable(ctx context.Context, send inside.Send) error {
	plain, err := t.control(ctx)
	if err != nil {
		return err
	}
	var said inside.Sent
	if err := askIn(ctx, plain, "signals", send, &said); err != nil {
		return err
	}
	if said.Out != nil {
		return cannot("not even a plain process may signal process %d here: %s", send.PID, answer(said.Out))
	}
	return nil
}

// reachedHost tells whether the inside may signal the host's process.
func reachedHost(said inside.Sent, b bystander) Observation {
	o := Observation{ID: "out", What: "kill from inside", Inside: fmt.Sprintf("asked for process %d of the host: %s", b.PID, answer(said.Out)),
		Host: fmt.Sprintf("process %d", b.PID), Outcome: Contained}
	if said.Out == nil {
		o.Outcome = Open
	}
	return o
}

// reachedFirst puts into words what became of the signal to PID 1.
func reachedFirst(said inside.Sent) Observation {
	o := Observation{ID: "pid-1", What: "kill PID 1 from inside", Host: "PID 1 of the sandbox's own", Outcome: Contained}
	switch {
	case said.Shared && said.Asked == nil:
		o.Inside, o.Host, o.Outcome = "it might (asked with signal 0 only)", "PID 1 is the machine's", Open
	case said.Shared:
		o.Inside, o.Host = answer(said.Asked), "PID 1 is the machine's"
	case said.Asked != nil:
		o.Inside = answer(said.Asked)
	case said.Survived:
		o.Inside = "SIGKILL was taken without a word, and PID 1 is still there"
	default:
		o.Inside, o.Outcome = "PID 1 is gone after SIGKILL", Open
	}
	return o
}

// seeAllKilled raises another sandbox and has the host kill its PID 1: the
// kernel ends whoever else is in that namespace; pid_namespaces(7).
func (t *Trial) seeAllKilled(ctx context.Context) error {
	o := Observation{ID: "pid-1-host", What: "kill PID 1 from the host", Outcome: OneWay}
	other, err := t.Another(ctx, func(*sandbox.Spec) {})
	if err != nil {
		o.Inside, o.Outcome = "not tried, it takes another sandbox: "+err.Error(), NotApplicable
		t.see(o)
		return nil
	}
	defer other.Close() // it complains that its init is gone
	beside, err := t.dweller(ctx, other)
	if err != nil {
		return err
	}
	first, err := firstBeside(ctx, beside.PID())
	if err != nil {
		return err
	}
	o.Inside = fmt.Sprintf("another sandbox, with PID 1 and process %d", beside.Inside())
	if err := killFirst(first, beside.PID()); err != nil {
		o.Host, o.Outcome = "no, "+err.Error(), Contained
		t.see(o)
		return nil
	}
	select {
	case <-beside.Done():
		o.Host = fmt.Sprintf("SIGKILL to process %d took all of them along", first)
	case <-time.After(patience):
		o.Host, o.Outcome = "SIGKILL left the others there", Contained
	}
	t.see(o)
	return nil
}

// firstBeside is PID 1 of the pid namespace that a process is in, as the host
// numbers it.
func firstBeside(ctx context.Context, pid int) (int, error) {
	f, err := facts.Read(ctx, pid, facts.WithProcesses())
	if err != nil {
		return 0, err
	}
	for _, p := range f.Processes {
		if p.Inside && p.NSPID == 1 {
			return p.PID, nil
		}
	}
	return 0, fmt.Errorf("the namespace of process %d has no PID 1 among its %d processes", pid, len(f.Processes))
}

// killedInside has the host kill a process inside.
func killedInside(ctx context.Context, p Process) (Observation, error) {
	o := Observation{ID: "in", What: "kill from the host", Inside: fmt.Sprintf("process %d", p.Inside()), Outcome: OneWay}
	if ownKernel(p) {
		o.Host, o.Outcome = "has no such process: it runs on a kernel of its own", Contained
		return o, nil
	}
	err := p.Signal(syscall.SIGKILL)
	if errors.Is(err, syscall.EPERM) {
		o.Host, o.Outcome = "no, EPERM", Contained
		return o, nil
	}
	if err != nil {
		return o, err
	}
	status, err := p.Wait(ctx)
	if err != nil {
		return o, err
	}
	if status.Signal != int(syscall.SIGKILL) {
		return o, fmt.Errorf("process %d was sent SIGKILL and ended with status %d", p.PID(), status.Code)
	}
	o.Host = fmt.Sprintf("SIGKILL to process %d: it is gone", p.PID())
	return o, nil
}
