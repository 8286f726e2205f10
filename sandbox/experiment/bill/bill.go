// Package bill measures side by side what it costs to start something, to have it
// at rest and to work in it: a plain process, the stages of the ladder, and other
// subjects. It goes round after round through all of them, so that what slows the
// machine down for a while is in every column, and tells the median with the least
// and the most that it has seen.
package bill

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// Schema names the JSON of a Bill.
const Schema = "tentpole/bill/v1"

// Bill is what everything has cost. Its strings are fit for a terminal.
type Bill struct {
	Schema  string           `json:"schema"`
	Machine features.Machine `json:"machine"`
	Rounds  int              `json:"rounds"` // asked for
	// Complete tells that all rounds were made: nobody interrupted.
	Complete     bool                 `json:"complete"`
	Measures     []experiment.Measure `json:"measures"`
	Columns      []Column             `json:"columns"`
	Milliseconds float64              `json:"milliseconds"`
}

// Column is one of those that are compared.
type Column struct {
	Name string `json:"name"`
	// Subject is a name in the table of package subject, or plain.
	Subject string           `json:"subject"`
	Layers  sandbox.LayerSet `json:"layers"` // asked for
	// Lacks is why there is none here, or why it ended, "" when all is well.
	Lacks string `json:"lacks,omitempty"`
	// Error says that it failed, though this machine should have it.
	Error  string  `json:"error,omitempty"`
	Prices []Price `json:"prices"` // in the order of Bill.Measures

	open func(context.Context) (experiment.Subject, error)
	runs map[string][]float64
	why  map[string]string
}

// Price is one measure of one column.
type Price struct {
	Measure string  `json:"measure"`
	Median  float64 `json:"median"`
	Least   float64 `json:"least"`
	Most    float64 `json:"most"`
	Rounds  int     `json:"rounds"` // that came to a value
	// Reason is why there is no value.
	Reason string `json:"reason,omitempty"`
}

// Known tells whether there is a value.
func (p Price) Known() bool { return p.Rounds > 0 }

// Price returns the price of that measure.
func (c Column) Price(measure string) Price {
	for _, p := range c.Prices {
		if p.Measure == measure {
			return p
		}
	}
	return Price{Measure: measure}
}

// Progress is how far a bill is.
type Progress struct {
	Done, Total int
	Round       int // 0 is the one that warms up
	Column      string
}

// Rounds are made unless told otherwise.
const Rounds = 5

// Options say what is compared.
type Options struct {
	// Stages are the names of those of the ladder; nil is all.
	Stages []string
	// Subjects are further columns.
	Subjects []subject.Kind
	// Rounds is how often each is measured; 0 is Rounds.
	Rounds int
	// Spec is what the sandboxes have besides the layers of their stage.
	Spec sandbox.Spec
	// Progress, when set, is called before each measurement. It must not block.
	Progress func(Progress)

	prices func(context.Context, func(context.Context) (experiment.Subject, error)) ([]experiment.Price, error)
}

// Run makes a bill. When ctx is cancelled what is under way is ended and cleaned
// up, and the bill as far as it got comes back with the error.
func Run(ctx context.Context, o Options) (b Bill, err error) {
	begin := time.Now()
	if o.Rounds == 0 {
		o.Rounds = Rounds
	}
	if o.prices == nil {
		o.prices = experiment.Prices
	}
	b = Bill{Schema: Schema, Machine: features.Look(), Rounds: o.Rounds, Measures: experiment.Measures(), Columns: []Column{}}
	columns, closing, err := o.columns(ctx)
	defer func() { err = errors.Join(err, closing()) }()
	if err != nil {
		return b, err
	}
	o.rounds(ctx, columns)
	for _, c := range columns {
		c.sum(b.Measures)
		b.Columns = append(b.Columns, *c)
	}
	b.Complete = ctx.Err() == nil
	b.Milliseconds = float64(time.Since(begin).Microseconds()) / 1000
	return b, ctx.Err()
}

// rounds goes through all columns, once to warm up: files come into memory, and
// engines take in their image.
func (o *Options) rounds(ctx context.Context, columns []*Column) {
	total := (o.Rounds + 1) * len(columns)
	for round := range o.Rounds + 1 {
		for i, c := range columns {
			if ctx.Err() != nil {
				return
			}
			if c.Lacks != "" || c.Error != "" {
				continue
			}
			if o.Progress != nil {
				o.Progress(Progress{Done: round*len(columns) + i, Total: total, Round: round, Column: c.Name})
			}
			o.measure(ctx, c, round > 0)
		}
	}
}

// patience is how long one column may take in one round.
const patience = 3 * time.Minute

// measure opens a column's subject once. What fails there ends the column, not
// the bill.
func (o *Options) measure(ctx context.Context, c *Column, keep bool) {
	inner, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	prices, err := o.prices(inner, c.open)
	switch {
	case ctx.Err() != nil:
	case errors.Is(err, sandbox.ErrNotSupported):
		c.Lacks = facts.Clean(err.Error())
	case inner.Err() != nil:
		c.Error = fmt.Sprintf("it had not ended after %v", patience)
	case err != nil:
		c.Error = facts.Clean(err.Error())
	case keep:
		c.add(prices)
	}
}

// add takes in one round.
func (c *Column) add(prices []experiment.Price) {
	for _, p := range prices {
		if p.Reason != "" {
			c.why[p.Measure] = facts.Clean(p.Reason)
			continue
		}
		c.runs[p.Measure] = append(c.runs[p.Measure], p.Value)
	}
}

// sum makes prices of the rounds.
func (c *Column) sum(measures []experiment.Measure) {
	for _, m := range measures {
		p := Price{Measure: m.ID, Reason: c.why[m.ID]}
		if runs := slices.Sorted(slices.Values(c.runs[m.ID])); len(runs) > 0 {
			p = Price{Measure: m.ID, Median: runs[len(runs)/2], Least: runs[0], Most: runs[len(runs)-1], Rounds: len(runs)}
		} else if p.Reason == "" {
			p.Reason = c.reason()
		}
		c.Prices = append(c.Prices, p)
	}
}

// reason is why a column has no price at all.
func (c *Column) reason() string {
	switch {
	case c.Lacks != "":
		return c.Lacks
	case c.Error != "":
		return "it failed: " + c.Error
	}
	return "nothing was measured before the end"
}
