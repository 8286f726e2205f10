package experiment

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// backDoor is the port of the article's back door; another one is taken where
// it is in use.
const backDoor = 31337

var port = Info{
	ID:       "port",
	Question: "Is a back door on port 31337 inside reached from outside?",
	Inside:   "listens on port 31337 on all addresses of its network, in the host's network on 127.0.0.1 only",
	Host:     "asks for its page on 127.0.0.1, [::1] and the sandbox's own address; another sandbox like it asks as well",
	Rule:     "open when the host or another sandbox gets the page, contained when it comes to nobody but the sandbox itself",
	Control:  "the sandbox itself gets the page",
	Layers:   []sandbox.Layer{sandbox.Net},
	Needs:    []string{"another sandbox"},
	Seconds:  0.1,
	run:      runPort,
}

func runPort(ctx context.Context, t *Trial) error {
	s, err := t.serve(ctx, t.Subject, backDoor, 0)
	if err != nil {
		return err
	}
	if s.Refused != nil {
		t.see(Observation{ID: "listen", What: "may it listen?", Inside: answer(s.Refused), Outcome: Contained})
		return t.conclude(Contained, "nothing can be listened for inside (%s)", s.Refused.Name)
	}
	reached, words, err := s.answersIn(ctx, t.Subject, loopback4)
	if err != nil {
		return err
	}
	if !reached[0] {
		return cannot("the server is not reached even from inside: %s", words[0])
	}
	t.count("port", "the port", float64(s.Port), "")
	t.seeFromHost(ctx, s)
	if err := t.seeFromAnother(ctx, s); err != nil {
		return err
	}
	return t.concludePort(s)
}

// seeFromHost asks for the page on the host. In the host's network the server
// keeps to one address.
func (t *Trial) seeFromHost(ctx context.Context, s server) {
	what := fmt.Sprintf("port %d, from the host", s.Port)
	t.seeAnswer(ctx, s, "host", what, loopback4)
	if s.Shared {
		t.see(Observation{ID: "host-v6", What: what, Inside: "listens on 127.0.0.1 only", Host: "not tried", Outcome: NotApplicable})
	} else {
		t.seeAnswer(ctx, s, "host-v6", what, loopback6)
	}
	for _, a := range s.own {
		t.seeAnswer(ctx, s, "host-by-address", "the sandbox's own address, from the host", a)
	}
}

func (t *Trial) seeAnswer(ctx context.Context, s server, id, what string, a netip.Addr) {
	reached, words := s.answers(ctx, a)
	t.see(Observation{ID: id, What: what, Inside: s.listens(), Host: words, Outcome: openIf(reached)})
}

// seeFromAnother asks for the page in another sandbox like this one.
func (t *Trial) seeFromAnother(ctx context.Context, s server) error {
	other, err := t.another(ctx, func(*sandbox.Spec) {})
	if err != nil {
		return err
	}
	reached, words, err := s.answersIn(ctx, other, append([]netip.Addr{loopback4}, s.own...)...)
	if err != nil {
		return err
	}
	t.see(Observation{ID: "another", What: fmt.Sprintf("port %d, from another sandbox", s.Port), Inside: s.listens(),
		Host: "in the other: " + strings.Join(words, ", "), Outcome: openIf(slices.Contains(reached, true))})
	return nil
}

func (t *Trial) concludePort(s server) error {
	switch o := t.worst(); {
	case o != Open:
		return t.conclude(o, "port %d answers inside, and neither the host nor another sandbox gets an answer", s.Port)
	case s.Shared:
		return t.conclude(o, "its network is the host's: port %d inside is port %d of the host", s.Port, s.Port)
	default:
		return t.conclude(o, "port %d is reached from outside without being published", s.Port)
	}
}
