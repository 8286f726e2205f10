package experiment

import (
	"context"
	"fmt"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

var forkBomb = Info{
	ID:       "fork-bomb",
	Question: "What stops a process that forks without end?",
	Inside:   "forks children that only sleep, up to 200",
	Host:     "looks who still answers then, inside and outside",
	Rule:     "open when it gets all 200, limited when the kernel refuses one before",
	Control:  "the kernel counts what the limit refused: where the limit refused nothing and fork fails all the same, something else stops it, and the answer is n/a",
	CleansUp: "ends the children, which die with their parent",
	Layers:   []sandbox.Layer{sandbox.PIDs},
	Needs:    []string{},
	Seconds:  0.2,
	run:      runForkBomb,
}

// smallPIDs is enough for two acts, which are several threads each.
const smallPIDs = 48

func runForkBomb(ctx context.Context, t *Trial) error {
	s, err := t.tightened(ctx, sandbox.PIDs, func(l *cgroup.Limits) { l.PIDs = smallPIDs })
	if err != nil {
		return err
	}
	within, err := t.witness(ctx, s)
	if err != nil {
		return err
	}
	plain, err := t.control(ctx)
	if err != nil {
		return err
	}
	before := statistics(s).PIDs
	talk, err := t.talkIn(ctx, s, "fork-bomb", inside.Multiply{Children: inside.ChildrenMost})
	if err != nil {
		return err
	}
	var said inside.Multiplied
	if err := talk.Hear(ctx, &said); err != nil {
		return err
	}
	now := statistics(s).PIDs
	stopped := said.Refused != nil
	t.lives("inside", "another process inside", within.alive(ctx), stopped)
	_, err = t.witness(ctx, plain)
	t.lives("host", "the host", err == nil, stopped)
	if err := talk.Close(); err != nil {
		return err
	}
	return t.judgeBomb(said, before, now)
}

// lives notes whether somebody still answers while the children are there. It
// says something only where the kernel stopped them, and not their own ceiling.
func (t *Trial) lives(id, who string, answers, stopped bool) {
	o := Observation{ID: id, What: who + ", meanwhile", Outcome: NotApplicable, Host: "it still answers"}
	if stopped {
		o.Outcome = Limited
	}
	if !answers {
		o.Outcome, o.Host = Open, "it answers no more"
	}
	t.see(o)
}

func (t *Trial) judgeBomb(said inside.Multiplied, before, now cgroup.PIDsStatistics) error {
	children := min(max(said.Children, 0), inside.ChildrenMost)
	t.count("children", "children that it got", float64(children), "")
	o := Observation{ID: "forks", What: "children that it got", Inside: fmt.Sprint(children), Host: "refused none", Outcome: Open}
	if said.Refused == nil {
		t.see(o)
		return t.conclude(Open, "nothing stopped it: it got all %d children that it wanted", children)
	}
	refused, counted := rise(before.Refused, now.Refused)
	if !t.has(sandbox.PIDs) || counted && refused == 0 {
		return cannot("the kernel refused after %d children (%s), and not for a limit of this sandbox's: this account, or what tentpole itself runs in, may have no more", children, word(said.Refused.Name))
	}
	o.Inside += ", then " + said.Refused.Name
	o.Outcome, o.By = Limited, sandbox.PIDs
	o.Host = fmt.Sprintf("refused %d", refused)
	if now.Current != nil {
		o.Host += fmt.Sprintf(" at %d processes and threads", *now.Current)
	}
	t.see(o)
	return t.conclude(Limited, "after %d children fork said %s: threads count as well, and the limit is %d", children, word(said.Refused.Name), smallPIDs)
}
