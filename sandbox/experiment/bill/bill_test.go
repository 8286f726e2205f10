package bill

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// priced is a machine on which columns cost what the test says, round by round;
// the first is the one that warms up.
type priced map[string][]any // a value or an error

// kinds are subjects whose Open tells which they are, by its error.
func (p priced) kinds(lacking ...string) (list []subject.Kind) {
	for _, name := range []string{"a", "b", "c"} {
		k := subject.Kind{Name: name, Open: func(context.Context, sandbox.Spec) (experiment.Subject, error) { return nil, errors.New(name) }}
		for _, l := range lacking {
			if l == name {
				k.Probe = func(context.Context) error { return fmt.Errorf("install\x1b[2J %s: %w", name, sandbox.ErrNotSupported) }
			}
		}
		list = append(list, k)
	}
	return list
}

func (p priced) prices(ctx context.Context, open func(context.Context) (experiment.Subject, error)) ([]experiment.Price, error) {
	_, err := open(ctx)
	if err == nil {
		return nil, nil // the plain process
	}
	name := err.Error()
	next := p[name][0]
	p[name] = p[name][1:]
	if err, failed := next.(error); failed {
		return nil, err
	}
	return []experiment.Price{{Measure: "start", Value: next.(float64)}, {Measure: "memory", Reason: "not\x1b[2J here"}}, nil
}

func made(t *testing.T, p priced, rounds int, lacking ...string) map[string]Column {
	t.Helper()
	b, err := Run(context.Background(), Options{Stages: []string{}, Subjects: p.kinds(lacking...), Rounds: rounds, prices: p.prices})
	if err != nil {
		t.Fatal(err)
	}
	if !b.Complete || b.Schema != Schema || b.Rounds != rounds || b.Columns[0].Name != experiment.BareKind {
		t.Errorf("%+v", b)
	}
	by := map[string]Column{}
	for _, c := range b.Columns {
		by[c.Name] = c
		if len(c.Prices) != len(b.Measures) {
			t.Errorf("%s: %d prices, %d measures", c.Name, len(c.Prices), len(b.Measures))
		}
		for _, p := range c.Prices {
			if p.Known() == (p.Reason != "") {
				t.Errorf("%s: %+v", c.Name, p)
			}
		}
	}
	return by
}

// TestSpread: the round that warms up does not count; what was seen is told.
func TestSpread(t *testing.T) {
	p := priced{"a": {900.0, 4.0, 10.0, 6.0}, "b": {1.0, 1.0, 1.0, 1.0}}
	got := made(t, p, 3, "c")
	if p := got["a"].Price("start"); p.Median != 6 || p.Least != 4 || p.Most != 10 || p.Rounds != 3 {
		t.Errorf("%+v", p)
	}
	if p := got["a"].Price("memory"); p.Known() || p.Reason != `not\x1b[2J here` {
		t.Errorf("%+v", p)
	}
	if c := got["c"]; c.Lacks == "" || c.Error != "" || c.Price("start").Reason != c.Lacks {
		t.Errorf("%+v", c)
	}
}

// TestOneThatFails ends, and the others go on. What it had cost by then stays.
func TestOneThatFails(t *testing.T) {
	p := priced{"a": {errors.New("broke\x1b[2J")}, "b": {1.0, 2.0, sandbox.ErrNotSupported}, "c": {1.0, 1.0, 3.0}}
	got := made(t, p, 2)
	if c := got["a"]; c.Error != `broke\x1b[2J` || c.Lacks != "" || c.Price("start").Reason != `it failed: broke\x1b[2J` {
		t.Errorf("%+v", c)
	}
	if c := got["b"]; c.Lacks == "" || c.Error != "" || c.Price("start").Rounds != 1 {
		t.Errorf("%+v", c)
	}
	if p := got["c"].Price("start"); p.Median != 3 || p.Rounds != 2 {
		t.Errorf("%+v", p)
	}
}

// TestInterrupted: what there is comes back with the error.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	p := priced{"a": {1.0, 2.0}, "b": {1.0, 2.0}, "c": {1.0, 2.0}}
	b, err := Run(ctx, Options{Stages: []string{}, Subjects: p.kinds(), Rounds: 2, prices: p.prices, Progress: func(p Progress) {
		if p.Round == 1 && p.Column == "b" {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || b.Complete || len(b.Columns) != 4 {
		t.Fatalf("%v: %+v", err, b)
	}
	if c := b.Columns[1]; c.Price("start").Rounds != 1 {
		t.Errorf("%+v", c)
	}
	if c := b.Columns[3]; c.Error != "" || c.Lacks != "" || c.Price("start").Reason != "nothing was measured before the end" {
		t.Errorf("%+v", c)
	}
}

func TestUnknownStage(t *testing.T) {
	if _, err := Run(context.Background(), Options{Stages: []string{"tent"}}); !sandbox.IsUsage(err) {
		t.Error(err)
	}
}
