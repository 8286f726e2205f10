package experiment

import (
	"context"
	"fmt"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// pagePort is where web servers listen.
const pagePort = 80

var publish = Info{
	ID:       "publish",
	Question: "Does a page from inside come to the host, and only when its port is published?",
	Inside:   "serves a page on port 80 in a sandbox like this one with a published port, and on any port in this one without",
	Host:     "asks for the page on its own loopbacks",
	Rule:     "open when the page comes without being published, one-way when it comes through the published port only, contained when it does not come at all",
	Control:  "a process in the same network gets the page",
	CleansUp: "stops listening on the host",
	Layers:   []sandbox.Layer{sandbox.Net},
	Needs:    []string{"another sandbox"},
	Seconds:  0.1,
	run:      runPublish,
}

func runPublish(ctx context.Context, t *Trial) error {
	if err := t.seeUnpublished(ctx); err != nil {
		return err
	}
	if err := t.seePublished(ctx); err != nil {
		return err
	}
	without, _ := t.Observed("unpublished")
	with, _ := t.Observed("published")
	switch {
	case without.Outcome == Open:
		return t.conclude(Open, "in the host's network nothing has to be published: who listens inside listens on the host")
	case with.Outcome == OneWay:
		return t.conclude(OneWay, "the page comes through the published port, and without it from nowhere")
	}
	return t.conclude(Contained, "no page comes out, published or not (%s)", with.Host)
}

// seeUnpublished serves the page in the trial's subject.
func (t *Trial) seeUnpublished(ctx context.Context) error {
	s, err := t.serve(ctx, t.Subject, 0)
	if err != nil {
		return err
	}
	o := Observation{ID: "unpublished", What: "the page, not published", Inside: s.listens(), Outcome: Contained}
	if s.Refused != nil {
		o.Inside, o.Host = "may it listen? "+answer(s.Refused), "not asked for"
		t.see(o)
		return nil
	}
	reached, words, err := s.answersIn(ctx, t.Subject, loopback4)
	if err != nil {
		return err
	}
	if !reached[0] {
		return cannot("the page does not come even to the sandbox itself: %s", words[0])
	}
	came, host := s.answers(ctx, loopback4)
	o.Host, o.Outcome = host, openIf(came)
	t.see(o)
	return nil
}

// seePublished serves the page in a sandbox with a published port, which has a
// network of its own whatever the trial's subject has.
func (t *Trial) seePublished(ctx context.Context) error {
	other, err := t.another(ctx, func(s *sandbox.Spec) {
		ownNetwork(s)
		s.Publish = []network.Port{{Inside: pagePort}}
	})
	if err != nil {
		return err
	}
	on, ok := other.(interface{ Published() []network.Listening })
	if !ok {
		return cannot("ports of a %s cannot be published", t.Describe().Kind)
	}
	s, err := t.serve(ctx, other, pagePort)
	if err != nil {
		return err
	}
	if s.Refused != nil {
		t.see(Observation{ID: "published", What: "the page, published", Inside: "may it listen on port 80? " + answer(s.Refused),
			Host: "nobody listens inside", Outcome: Contained})
		return nil
	}
	for _, l := range on.Published() {
		address := l.Address.String()
		err := inside.FetchPage(ctx, address, s.page)
		o := Observation{ID: "published", What: "the page, published", Inside: fmt.Sprintf("listens on port %d", s.Port),
			Host: came(address, err), Outcome: Contained}
		if l.Address.Addr().Unmap().Is6() {
			o.ID = "published-v6"
		}
		if err == nil {
			o.Outcome = OneWay
		}
		t.see(o)
	}
	return ctx.Err() // a page that nobody waited for is not contained
}

// ownNetwork gives a spec a network of its own with nothing but its loopback.
func ownNetwork(s *sandbox.Spec) {
	s.Layers, s.Network = s.Layers.With(sandbox.Net), network.KindNone
	for i := range s.Join {
		s.Join[i].Namespaces = s.Join[i].Namespaces.Without(sandbox.Net)
	}
}
