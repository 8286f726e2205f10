package lessons

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// Order is a puzzle: lines to be put into the order in which they work.
type Order struct {
	Ask   string // Markdown, one paragraph
	Lines []Line // in an order that works
	Also  [][]string
	Say   string // said when it is done; may be empty
}

// Line is one of the lines of a puzzle.
type Line struct {
	ID   string // stable, kept in progress
	Text string
	Say  string // said when this line is the first that stands wrong; may be empty
}

// Arranged is what became of an attempt.
type Arranged struct {
	Right bool
	Wrong int    // index of the first line that stands wrong, -1 when none does
	Say   string // the feedback; may be empty
}

// Line returns the line with that id, or nil.
func (o *Order) Line(id string) *Line {
	for i := range o.Lines {
		if o.Lines[i].ID == id {
			return &o.Lines[i]
		}
	}
	return nil
}

func (o *Order) ids() []string {
	out := make([]string, len(o.Lines))
	for i, l := range o.Lines {
		out[i] = l.ID
	}
	return out
}

// Shuffled returns the ids in an order that is always the same and is not one
// that works.
func (o *Order) Shuffled() []string {
	out := o.ids()
	// Every other line, then those between, turned round: far from the order
	// above, and the same on every screen.
	var odd, even []string
	for i, id := range out {
		if i%2 == 1 {
			odd = append(odd, id)
		} else {
			even = append(even, id)
		}
	}
	slices.Reverse(even)
	out = append(odd, even...)
	for range len(out) {
		if !o.Judge(out).Right {
			return out
		}
		out = append(out[1:], out[0])
	}
	return out
}

// Judge compares an order with those that work, and says where it leaves the
// one that it follows longest.
func (o *Order) Judge(ids []string) Arranged {
	best := -1
	for _, works := range append([][]string{o.ids()}, o.Also...) {
		same := 0
		for same < len(works) && same < len(ids) && works[same] == ids[same] {
			same++
		}
		if same == len(works) && same == len(ids) {
			return Arranged{Right: true, Wrong: -1, Say: o.Say}
		}
		best = max(best, same)
	}
	a := Arranged{Wrong: min(best, len(ids)-1)}
	if a.Wrong >= 0 {
		if l := o.Line(ids[a.Wrong]); l != nil {
			a.Say = l.Say
		}
	}
	return a
}

// Arrange puts the lines of a puzzle into an order: all their ids. The step is
// done with an order that works; until then, try again.
func (w *Walk) Arrange(ids []string, now time.Time) (Arranged, error) {
	if err := w.allow(DoArrange); err != nil {
		return Arranged{}, err
	}
	o := w.Step().Order
	if !slices.Equal(slices.Sorted(slices.Values(ids)), slices.Sorted(slices.Values(o.ids()))) {
		return Arranged{}, fmt.Errorf("order: the step %q has the lines %s, each once", w.Step().ID, strings.Join(o.ids(), ", "))
	}
	s := &w.states[w.at]
	s.Order, s.Tries = slices.Clone(ids), s.Tries+1
	a := o.Judge(ids)
	if a.Right {
		w.done(now)
	}
	return a, nil
}

func (b *builder) orderDirective(at place, source string) {
	d, n := b.document("order", at, source)
	if n == nil {
		return
	}
	o := &Order{}
	b.step.Order = o
	d.object(n, d.what, []field{
		{"ask", true, textInto(&o.Ask)},
		{"lines", true, func(d *document, n ast.Node) { o.Lines = d.lines(n) }},
		d.decides(field{"also", false, func(d *document, n ast.Node) {
			d.list(n, func(v ast.Node) { o.Also = append(o.Also, d.otherOrder(v, o.ids())) })
		}}),
		{"say", false, textInto(&o.Say)},
	})
}

func (d *document) lines(n ast.Node) (out []Line) {
	ids := map[string]bool{}
	d.list(n, func(v ast.Node) {
		var l Line
		d.object(v, "line", []field{
			{"id", true, idInto(&l.ID)},
			{"text", true, textInto(&l.Text)},
			{"say", false, textInto(&l.Say)},
		})
		d.unique(v, ids, l.ID)
		out = append(out, l)
	})
	d.atLeastTwo(n, len(out))
	return out
}

// otherOrder reads another order that works: all ids, each once.
func (d *document) otherOrder(n ast.Node, ids []string) []string {
	var words []string
	wordsInto(&words, "line", ids)(d, n)
	if len(words) != len(ids) {
		d.add(d.pos(n), "", "another order has all %d lines", len(ids))
	}
	return words
}
