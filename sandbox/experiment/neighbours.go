package experiment

import (
	"context"
	"crypto/rand"
	"errors"
	"net/netip"
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

var neighbours = Info{
	ID:       "neighbours",
	Question: "Do two sandboxes reach and overhear each other, with a bridge between them and without?",
	Inside:   "serves a page and says words in datagrams; its neighbour, a sandbox like it, asks for the page and listens with a packet socket",
	Host:     "joins two more by a bridge that lies in a third one's network, and has them do the same",
	Rule:     "of the sandbox as it is: open when the neighbour gets the page or hears the words, contained when it does neither; what the bridge adds is shown beside it",
	Control:  "who serves gets the page, and both hear themselves",
	CleansUp: "the bridge and its cables go with the three",
	Layers:   []sandbox.Layer{sandbox.Net, sandbox.Capabilities},
	Needs:    []string{"another sandbox", "root for the bridge"},
	Seconds:  0.3,
	run:      runNeighbours,
}

func runNeighbours(ctx context.Context, t *Trial) error {
	other, err := t.another(ctx, func(*sandbox.Spec) {})
	if err != nil {
		return err
	}
	if err := t.seeNeighbours(ctx, pairOf(t.Subject, other)); err != nil {
		return err
	}
	asItIs := t.worst()
	added, err := t.seeBridge(ctx)
	if err != nil {
		return err
	}
	if asItIs == Open {
		return t.conclude(Open, "two of them share a network: one is reached or overheard by the other")
	}
	return t.conclude(asItIs, "two of them neither reach nor overhear each other; %s", added)
}

// pair are two sandboxes, and how the one might reach the other.
type pair struct {
	// id and what are what its observations' begin with.
	id, what string
	one, two Subject
	at       []netip.Addr // where two looks for one
	on       string       // the interface at which they listen
	// one says calls; they travel when the two have interfaces of their own.
	calls   []call
	travels bool
}

// call is something to say, and the observation that it is for.
type call struct {
	inside.Call
	id, what string
}

// pairOf is a pair as it is: on tentpole's bridge, or with nothing but a
// loopback that is the same for both or is not.
func pairOf(one, two Subject) pair {
	if a := attachment(one); a != nil {
		return onBridge(one, two, ownAddresses(one), a.Address.Gateway4, a.Address.IPv4)
	}
	return pair{one: one, two: two, at: []netip.Addr{loopback4}, on: "lo",
		calls: []call{{inside.Call{Word: rand.Text()}, "overhear", "what it says on its loopback, overheard by the neighbour"}}}
}

// onBridge is a pair on a bridge. What is for a third comes first: when the word
// for all has come, nothing is on its way any more.
func onBridge(one, two Subject, at []netip.Addr, third netip.Addr, all netip.Prefix) pair {
	return pair{one: one, two: two, at: at, on: network.Interface, travels: true, calls: []call{
		{inside.Call{To: discard(third), Word: rand.Text()}, "overhear-third", "what it says to a third, overheard by the neighbour"},
		{inside.Call{To: discard(broadcastOf(all)), Word: rand.Text()}, "overhear", "what it says to all, overheard by the neighbour"},
	}}
}

// seeNeighbours tries a pair.
func (t *Trial) seeNeighbours(ctx context.Context, p pair) error {
	if err := t.seeReach(ctx, p); err != nil {
		return err
	}
	return t.seeOverheard(ctx, p)
}

// seeReach has one serve a page and the other ask for it.
func (t *Trial) seeReach(ctx context.Context, p pair) error {
	o := Observation{ID: p.id + "reach", What: p.what + "its page, asked for by the neighbour", Outcome: Contained}
	s, err := t.serve(ctx, p.one, 0)
	if err != nil {
		return err
	}
	if s.Refused != nil {
		o.Inside, o.Host = "may it listen? "+answer(s.Refused), "not asked for"
		t.see(o)
		return nil
	}
	if own, words, err := s.answersIn(ctx, p.one, loopback4); err != nil {
		return err
	} else if !own[0] {
		return cannot("the page does not come even to who serves it: %s", words[0])
	}
	reached, words, err := s.answersIn(ctx, p.two, p.at...)
	if err != nil {
		return err
	}
	o.Inside, o.Host, o.Outcome = s.listens(), "in the neighbour: "+strings.Join(words, ", "), openIf(slices.Contains(reached, true))
	t.see(o)
	return nil
}

// seeOverheard has one say words and the other listen.
func (t *Trial) seeOverheard(ctx context.Context, p pair) error {
	words := []string{marker}
	for _, c := range p.calls {
		words = append(words, c.Word)
	}
	var ears [2]ear
	for i, s := range []Subject{p.one, p.two} {
		var err error
		if ears[i], err = t.listen(ctx, s, p.on, words...); err != nil {
			return err
		}
	}
	var heard []string
	refused := ears[1].Refused
	if refused == nil {
		var err error
		if heard, err = overheard(ctx, ears[0], ears[1], p.travels, p.calls); err != nil {
			return err
		}
	}
	for _, c := range p.calls {
		o := Observation{ID: p.id + c.id, What: p.what + c.what, Inside: "says a word", Host: "the neighbour does not hear it", Outcome: Contained}
		switch {
		case refused != nil:
			o.Host = "the neighbour may not listen: " + answer(refused)
		case slices.Contains(heard, c.Word):
			o.Host, o.Outcome = "the neighbour hears it", Open
		}
		t.see(o)
	}
	return nil
}

// seeBridge tries the same on a bridge, and says what it adds. On tentpole's own
// bridge they have been tried already.
func (t *Trial) seeBridge(ctx context.Context) (string, error) {
	if attachment(t.Subject) != nil {
		return "they are on tentpole's bridge", nil
	}
	c, err := t.camp(ctx)
	var missing *CannotError
	if errors.As(err, &missing) {
		t.see(Observation{ID: "bridge-reach", What: "the same with a bridge between them", Host: missing.Reason, Outcome: NotApplicable})
		return "with a bridge it could not be tried", nil
	}
	if err != nil {
		return "", err
	}
	p := onBridge(c.tents[0], c.tents[1], c.Tents[:1], c.Hub, c.Net)
	p.id, p.what = "bridge-", "with a bridge: "
	if err := t.seeNeighbours(ctx, p); err != nil {
		return "", err
	}
	if o, _ := t.Observed("bridge-reach"); o.Outcome == Open {
		return "with a bridge between them they do", nil
	}
	return "with a bridge between them they do not reach each other either", nil
}
