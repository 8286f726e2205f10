package experiment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

var freeze = Info{
	ID:       "freeze",
	Question: "Can the host stop everything inside, and let it go on?",
	Inside:   "counts the milliseconds, and says how far it is when it is asked",
	Host:     "freezes the cgroup for 0.1 s, asks meanwhile, and thaws it",
	Rule:     "one-way when the counter stands still while it is frozen and goes on afterwards: the host stops the inside, which notices nothing but the clock; open when it counts on",
	Control:  "the counter is asked before: it counts and answers",
	CleansUp: "thaws it",
	Layers:   []sandbox.Layer{sandbox.Memory, sandbox.CPU, sandbox.PIDs, sandbox.IO},
	Needs:    []string{"a cgroup of the subject's own"},
	Seconds:  0.2,
	run:      runFreeze,
}

// winter is how long it stays frozen.
const winter = 100 * time.Millisecond

func runFreeze(ctx context.Context, t *Trial) error {
	l, ok := t.Subject.(Limiter)
	if !ok {
		return errNoGroup
	}
	if _, err := l.Statistics(); errors.Is(err, sandbox.ErrNotSupported) {
		return errNoGroup
	}
	talk, err := t.talk(ctx, "freeze", struct{}{})
	if err != nil {
		return err
	}
	c := counter{talk}
	if _, err := c.ask(ctx); err != nil { // it has begun
		return err
	}
	before, err := c.ask(ctx)
	if err != nil {
		return err
	}
	t.atEnd(l.Thaw) // whatever happens; one that is not frozen does not mind
	if err := l.Freeze(silence); err != nil {
		return err
	}
	after, answered, err := c.askFrozen(ctx, l)
	if err != nil {
		return err
	}
	return t.judgeFrost(answered, before, after)
}

// counter is the act that counts.
type counter struct{ talk *Talk }

func (c counter) ask(ctx context.Context) (now inside.Counted, err error) {
	if err := c.talk.Say(struct{}{}); err != nil {
		return now, err
	}
	err = c.talk.Hear(ctx, &now)
	return now, err
}

// askFrozen asks, waits, thaws, and hears the answer; early tells that it came
// before.
func (c counter) askFrozen(ctx context.Context, l Limiter) (now inside.Counted, early bool, err error) {
	answer := make(chan error, 1)
	go func() {
		var err error
		now, err = c.ask(ctx)
		answer <- err
	}()
	select {
	case err := <-answer:
		early = true
		answer <- err
	case <-time.After(winter):
	}
	err = l.Thaw()
	err = errors.Join(err, <-answer)
	return now, early, err
}

// errNoGroup: SIGSTOP is not offered in its place. It goes to one process
// after the other while they fork, and their parents are told.
var errNoGroup = cannot("it has no cgroup of its own that could be frozen: start it with a limit. SIGSTOP is not the same: it reaches one process after the other, and their parents are told")

func (t *Trial) judgeFrost(answered bool, before, after inside.Counted) error {
	gap := time.Duration(min(max(after.Gap, 0), int64(time.Hour/time.Microsecond))) * time.Microsecond
	t.count("gap", "the counter's longest wait for its turn", float64(gap.Milliseconds()), "ms")
	o := Observation{ID: "frozen", What: "a counter of milliseconds, while it is frozen",
		Inside: fmt.Sprintf("it counted %d, then %d: its longest wait was %d ms", before.Count, after.Count, gap.Milliseconds()),
		Host:   fmt.Sprintf("no answer for %d ms, one as soon as it was thawed", winter.Milliseconds()), Outcome: OneWay}
	if answered || gap < winter*9/10 {
		o.Outcome, o.Host = Open, "it answered though it was to be frozen"
		t.see(o)
		return t.conclude(Open, "it went on counting")
	}
	t.see(o)
	return t.conclude(OneWay, "it stood still for %d ms and went on where it was: only its clock can tell it", gap.Milliseconds())
}
