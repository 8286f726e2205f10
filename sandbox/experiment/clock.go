package experiment

import (
	"context"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

var clock = Info{
	ID:       "clock",
	Question: "Which clocks are its own, and may it set the machine's?",
	Inside:   "reads the boot clock and the wall clock; asks to set the machine's with a time zone that no kernel takes, which is looked at after the permission",
	Host:     "reads the same clocks before and after: a clock that shows a time in between is the host's",
	Rule:     "open when the boot clock is the host's or the machine's clock might be set, contained when neither; that the wall clock is everybody's is noted, and not counted: no namespace has one",
	Layers:   []sandbox.Layer{sandbox.Time, sandbox.User, sandbox.Capabilities},
	Needs:    []string{},
	Seconds:  0.05,
	run:      runClock,
}

func runClock(ctx context.Context, t *Trial) error {
	before, err := readClocks()
	if err != nil {
		return err
	}
	var said inside.Clocks
	if err := t.ask(ctx, "clock", nil, &said); err != nil {
		return err
	}
	after, err := readClocks()
	if err != nil {
		return err
	}
	boot := Observation{ID: "boot", What: "since the machine booted", Inside: sinceBoot(said.Boot), Host: sinceBoot(after.Boot),
		Outcome: between(before.Boot, said.Boot, after.Boot)}
	wall := Observation{ID: "wall", What: "the wall clock", Inside: instant(said.Wall), Host: instant(after.Wall),
		Outcome: between(before.Wall, said.Wall, after.Wall)}
	set := Observation{ID: "set", What: "may the machine's clock be set from inside?", Inside: answer(said.Refused), Host: "not set: the time zone asked for is none", Outcome: Contained}
	if said.Refused == nil {
		set.Outcome = Open
	}
	t.see(boot)
	t.see(wall)
	t.see(set)
	t.count("boot-offset", "boot clock inside less the host's", float64((said.Boot-after.Boot)/int64(time.Second)), "s")
	switch {
	case set.Outcome == Open:
		return t.conclude(Open, "the inside may set the clock of the machine")
	case boot.Outcome == Open:
		return t.conclude(Open, "the boot clock inside is the host's")
	}
	return t.conclude(Contained, "the boot clock is its own, and it may not set the machine's clock; %s", wallWords(wall.Outcome))
}

// between tells whether a clock read inside is the one that the host read
// before and after.
func between(before, said, after int64) Outcome {
	if before <= said && said <= after {
		return Open
	}
	return Contained
}

func wallWords(o Outcome) string {
	if o == Open {
		return "the wall clock is everybody's all the same"
	}
	return "the wall clock differs too"
}

func sinceBoot(ns int64) string { return time.Duration(ns).Truncate(time.Millisecond).String() }

func instant(ns int64) string { return time.Unix(0, ns).UTC().Format("2006-01-02T15:04:05.000Z07:00") }
