package panel

import (
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// Shape is an outcome as a letter that needs no special font and is one cell
// wide everywhere, which the circles of Outcome.Mark are not.
func Shape(o experiment.Outcome) string { return shapes[o] }

var shapes = map[experiment.Outcome]string{
	experiment.Open: "o", experiment.OneWay: ">", experiment.Contained: "#", experiment.Limited: "=", experiment.NotApplicable: "-",
}

// Shapes of cells that came to no outcome.
const (
	Failed  = "!"
	NotRun  = "."
	Running = "~"
)

// meanings names the shapes, in the order of growing isolation.
var meanings = []struct{ shape, says string }{
	{shapes[experiment.Open], "open"}, {shapes[experiment.OneWay], "one-way"}, {shapes[experiment.Contained], "contained"},
	{shapes[experiment.Limited], "limited"}, {shapes[experiment.NotApplicable], "n/a"}, {Failed, "failed"}, {Running, "now"}, {NotRun, "not run"},
}

// Shapes says in a line what the shapes mean.
func Shapes(s styles.Styles, width int) string {
	parts := make([]string, len(meanings))
	for i, l := range meanings {
		parts[i] = s.Strong.Render(l.shape) + " " + l.says
	}
	return Pad(strings.Join(parts, "  "), width)
}

// Outcome is an outcome as its shape and its word.
func Outcome(o experiment.Outcome) string { return Shape(o) + " " + string(o) }

// Finding is what an experiment came to.
type Finding struct {
	Outcome      experiment.Outcome
	Reason       string // the outcome in a sentence
	Error        string // why there is none
	Observations []experiment.Observation
	Numbers      []experiment.Number
}

// Head is the finding in a word, with its shape.
func (f Finding) Head() string {
	switch {
	case f.Error != "":
		return Failed + " it failed"
	case f.Outcome == "":
		return NotRun + " not run"
	}
	return Outcome(f.Outcome)
}

// Says is the finding in a sentence.
func (f Finding) Says() string {
	if f.Error != "" {
		return f.Error
	}
	return f.Reason
}

// Lines draws all of a finding: the outcome, why, what was seen from both
// sides, and what was measured.
func (f Finding) Lines(s styles.Styles, width int) []string {
	out := append([]string{s.Strong.Render(f.Head())}, Wrap(f.Says(), width)...)
	for _, o := range f.Observations {
		head := o.What + " (" + string(o.Outcome)
		if o.By != "" {
			head += ", by " + string(o.By)
		}
		out = append(out, "")
		out = append(out, Under(s.Strong.Render(Shape(o.Outcome))+" ", head+")", width)...)
		out = append(out, under(s.Inside.Render("  inside  "), o.Inside, width)...)
		out = append(out, under(s.Host.Render("  host    "), o.Host, width)...)
	}
	if len(f.Numbers) > 0 {
		out = append(out, "")
	}
	return append(out, Numbers(s, f.Numbers, width)...)
}

// under draws a text that may be missing.
func under(mark, text string, width int) []string {
	if text == "" {
		return nil
	}
	return Under(mark, text, width)
}

// Numbers draws what was measured or counted.
func Numbers(s styles.Styles, all []experiment.Number, width int) []string {
	var out []string
	for _, n := range all {
		out = append(out, Under("  ", n.What+"  "+s.Strong.Render(n.String()), width)...)
	}
	return out
}
