package experiment

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

var link = Info{
	ID:       "link",
	Question: "Does a neighbour that fills the link take bandwidth away?",
	Inside:   "fills a TCP connection for a moment, several times alone and several times while a neighbour does the same",
	Host:     "compares the rates; the link is the host's loopback where they share it, else a bridge in a third sandbox's network, without root the sandbox's own loopback",
	Rule:     "open when the neighbour gets a tenth or more of what one gets alone: nobody has said whose share is whose; limited when it gets less",
	Control:  "one alone gets something through",
	CleansUp: "the bridge and its cables go with the sandboxes",
	Layers:   []sandbox.Layer{sandbox.Net},
	Needs:    []string{"another sandbox"},
	Seconds:  0.4,
	Alone:    true,
	run:      runLink,
}

// Runs of the measurement: so many, each so long and at most so much.
const linkRuns = 5

var linkRun = inside.Run{Milliseconds: 30, Bytes: 256 << 20}

func runLink(ctx context.Context, t *Trial) error {
	way, err := t.wayFor(ctx)
	if err != nil {
		return err
	}
	pours, refused, err := t.fill(ctx, way)
	if err != nil {
		return err
	}
	if refused != nil {
		t.see(Observation{ID: "share", What: way.what, Inside: "may it be used? " + answer(refused), Outcome: Contained})
		return t.conclude(Contained, "nothing can be sent on a link from inside (%s)", answer(refused))
	}
	return t.measureLink(ctx, way.what, pours[0], pours[1])
}

// fill begins the acts at both ends of the link. refused is what the kernel
// answered to who may not use it.
func (t *Trial) fill(ctx context.Context, w way) (pours [2]*Talk, refused *inside.Error, err error) {
	drain, err := t.talkIn(ctx, w.drain, "drain", inside.Drain{Address: w.at.String()})
	if err != nil {
		return pours, nil, err
	}
	var to inside.Draining
	if err := drain.Hear(ctx, &to); err != nil || to.Refused != nil {
		return pours, to.Refused, err
	}
	given := inside.Pour{Address: netip.AddrPortFrom(w.at, to.Port).String()}
	for i, s := range w.pour {
		if pours[i], err = t.talkIn(ctx, s, "pour", given); err != nil {
			return pours, nil, err
		}
		var may inside.Poured
		if err := pours[i].Hear(ctx, &may); err != nil || may.Refused != nil {
			return pours, may.Refused, err
		}
	}
	return pours, nil, nil
}

// way is a link, who fills it and where it ends.
type way struct {
	what  string
	pour  [2]Subject
	drain Subject
	at    netip.Addr
}

// wayFor finds a link that two sandboxes share.
func (t *Trial) wayFor(ctx context.Context) (way, error) {
	own := way{"the sandbox's own loopback, which two programs share", [2]Subject{t.Subject, t.Subject}, t.Subject, loopback4}
	shared, err := t.sharesNetwork(ctx)
	if err != nil {
		return own, err
	}
	if shared {
		other, err := t.another(ctx, func(*sandbox.Spec) {})
		return way{"the host's loopback", [2]Subject{t.Subject, other}, t.Subject, loopback4}, err
	}
	c, err := t.camp(ctx)
	var missing *CannotError
	if errors.As(err, &missing) {
		return own, nil
	}
	return way{"a bridge", c.tents, c.hub, c.Hub}, err
}

// sharesNetwork tells whether the subject's network is the host's.
func (t *Trial) sharesNetwork(ctx context.Context) (bool, error) {
	talk, err := t.talk(ctx, "interfaces", struct{}{})
	if err != nil {
		return false, err
	}
	var said inside.Interfaces
	err = talk.Hear(ctx, &said)
	return said.Namespace == namespace("self", "net"), err
}

// measureLink fills the link, in turn alone and with the neighbour: what else
// the machine does meanwhile meets both alike.
func (t *Trial) measureLink(ctx context.Context, what string, one, two *Talk) error {
	var alone, with, neighbour, kept []float64
	for range linkRuns {
		rates, err := pourAtOnce(ctx, one)
		if err != nil {
			return err
		}
		alone = append(alone, rates[0])
		if rates, err = pourAtOnce(ctx, one, two); err != nil {
			return err
		}
		with, neighbour = append(with, rates[0]), append(neighbour, rates[1])
		kept = append(kept, rates[0]/max(alone[len(alone)-1], 1))
	}
	a := t.measure("alone", "one fills the link alone", "MB/s", alone)
	w := t.measure("with", "the same while a neighbour fills it", "MB/s", with)
	n := t.measure("neighbour", "the neighbour meanwhile", "MB/s", neighbour)
	t.measure("kept", "what the neighbour leaves of it", "", kept)
	return t.concludeLink(what, a.Value, w.Value, n.Value)
}

// pourAtOnce has all of them fill the link for one run, and returns what each
// got through, in MB/s.
func pourAtOnce(ctx context.Context, talks ...*Talk) (rates []float64, err error) {
	for _, talk := range talks {
		if err := talk.Say(linkRun); err != nil {
			return nil, err
		}
	}
	for _, talk := range talks {
		var said inside.Poured
		if err := talk.Hear(ctx, &said); err != nil {
			return nil, err
		}
		rates = append(rates, float64(said.Bytes)/float64(max(said.Microseconds, 1)))
	}
	return rates, nil
}

func (t *Trial) concludeLink(what string, alone, with, neighbour float64) error {
	if alone <= 0 {
		return cannot("nothing goes through %s even when one fills it alone", what)
	}
	o := Limited
	if neighbour >= alone/10 {
		o = Open
	}
	t.see(Observation{ID: "share", What: what, Inside: rate(alone) + " alone, " + rate(with) + " with a neighbour", Host: "the neighbour: " + rate(neighbour), Outcome: o})
	if o == Open {
		return t.conclude(o, "nobody shares out %s: alone one gets %s, beside a neighbour %s", what, rate(alone), rate(with))
	}
	return t.conclude(o, "the neighbour is held to %s, one alone gets %s", rate(neighbour), rate(alone))
}

// rate puts MB/s into words.
func rate(mb float64) string { return fmt.Sprintf("%.0f MB/s", mb) }
