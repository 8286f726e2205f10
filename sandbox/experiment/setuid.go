package experiment

import (
	"cmp"
	"context"
	"fmt"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

var setuid = Info{
	ID:       "setuid",
	Question: "Does a program that is executed inside get more rights than who executes it?",
	Inside:   "executes, as a second user, a set-user-id file of a third one; and executes a program as root that has put its capabilities away",
	Host:     "has the same done in a sandbox that differs by nothing but no_new_privs",
	Rule:     "open when either raises the rights, contained when neither does and no_new_privs is set",
	Control:  "the same sandbox without no_new_privs: what raises nothing there proves nothing",
	CleansUp: "nothing: the set-user-id file has no name and is gone when the act ends",
	Layers:   []sandbox.Layer{sandbox.NoNewPrivs},
	Needs:    []string{"to be root inside; for the set-user-id file also two more ids that are mapped"},
	Seconds:  0.2,
	run:      runSetuid,
}

func runSetuid(ctx context.Context, t *Trial) error {
	var within inside.Raised
	if err := t.ask(ctx, "setuid", nil, &within); err != nil {
		return err
	}
	if within.Unknown != nil {
		return cannot("it may not ask whether no_new_privs is set: %s", within.Unknown.Text)
	}
	bare := within
	if within.NoNewPrivs {
		bare = inside.Raised{}
		without, err := t.without(ctx, sandbox.NoNewPrivs)
		if err != nil {
			return err
		}
		if err := askIn(ctx, without, "setuid", nil, &bare); err != nil {
			return err
		}
	}
	t.see(Observation{ID: "flag", What: "no_new_privs", Inside: flagText(within.NoNewPrivs), Host: flagText(bare.NoNewPrivs) + ", without the layer", Outcome: flagOutcome(within.NoNewPrivs), By: layerIf(flagOutcome(within.NoNewPrivs), sandbox.NoNewPrivs)})
	raised := 0
	for _, way := range waysUp {
		o := way.outcome(within, bare)
		if o == Open {
			raised++
		}
		t.see(Observation{ID: way.id, What: way.what, Inside: way.text(within), Host: way.text(bare) + ", without no_new_privs", Outcome: o, By: layerIf(o, sandbox.NoNewPrivs)})
	}
	t.count("raised", "ways that raised the rights", float64(raised), "")
	return t.concludeRaised(within, bare)
}

// waysUp are the two ways in which execve(2) gives more rights.
var waysUp = []struct {
	wayUp
	id, what string
}{
	{wayUp{setUserUp, setUserText}, "set-user-id", "who executes a set-user-id file of another"},
	{wayUp{regainedUp, regainedText}, "root-regains", "capabilities of root that had put them away, after executing a program"},
}

// wayUp reads one way off the answer: raised is nil where it could not be tried.
type wayUp struct {
	raised func(inside.Raised) *bool
	text   func(inside.Raised) string
}

func (w wayUp) outcome(within, bare inside.Raised) Outcome {
	in, could := w.raised(within), w.raised(bare)
	switch {
	case in == nil || could == nil || !*could:
		return NotApplicable
	case *in:
		return Open
	}
	return Contained
}

func setUserUp(r inside.Raised) *bool {
	if r.SetUser == nil {
		return nil
	}
	up := r.SetUser.Effective != r.Caller
	return &up
}

func setUserText(r inside.Raised) string {
	if r.SetUser == nil {
		return "not tried: " + untriedText(r.Untried)
	}
	return fmt.Sprintf("uid %d executes, uid %d acts", r.SetUser.Real, r.SetUser.Effective)
}

func regainedUp(r inside.Raised) *bool {
	if r.Regained == nil {
		return nil
	}
	up := r.Regained.Capabilities > 0
	return &up
}

func regainedText(r inside.Raised) string {
	if r.Regained == nil {
		return "not tried: " + untriedText(r.Unasked)
	}
	return fmt.Sprint(r.Regained.Capabilities)
}

func untriedText(why *inside.Error) string {
	if why == nil {
		return "it did not say why"
	}
	return cmp.Or(why.Text, why.Name)
}

func flagText(flag bool) string {
	if flag {
		return "set"
	}
	return "not set"
}

func flagOutcome(noNewPrivs bool) Outcome {
	if noNewPrivs {
		return Contained
	}
	return Open
}

// concludeRaised takes the worst of what was tried; the flag alone is no answer.
func (t *Trial) concludeRaised(within, bare inside.Raised) error {
	var tried []Outcome
	for _, way := range waysUp {
		tried = append(tried, way.outcome(within, bare))
	}
	switch Worst(tried...) {
	case Open:
		return t.conclude(Open, "a program that is executed raises the rights: no_new_privs is %s", flagText(within.NoNewPrivs))
	case Contained:
		return t.conclude(Contained, "no program that is executed raises the rights, and without no_new_privs it does")
	}
	if within.SetUser != nil || within.Regained != nil {
		return cannot("no program that is executed raises the rights here, without no_new_privs either")
	}
	return cannot("neither way could be tried, no_new_privs is %s: %s", flagText(within.NoNewPrivs), untriedText(cmp.Or(within.Untried, within.Unasked)))
}
