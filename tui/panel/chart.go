package panel

import (
	"slices"

	"github.com/tentpole-labs/tentpole/tui/styles"
)

// Chart is what was measured over time, the newest last.
type Chart struct {
	Name   string
	Values []float64
	Most   float64 // the top of the chart; 0: the largest value
	Say    string  // the newest in words
}

// levels are the heights of a column, an eighth each; block elements.
var levels = []rune("▁▂▃▄▅▆▇█")

// chartMost is how wide a chart gets, in columns, a look each.
const chartMost = 60

// Charts draws one line a chart: name, curve, and the newest value in words.
func Charts(s styles.Styles, charts []Chart, width, height int) []string {
	name, say := 0, 0
	for _, c := range charts {
		name, say = max(name, Width(c.Name)), max(say, Width(c.Say))
	}
	curve := min(max(width-name-say-4, 4), chartMost)
	var out []string
	for _, c := range charts[:min(len(charts), max(height, 0))] {
		out = append(out, Pad(Pad(c.Name, name)+"  "+s.Inside.Render(Pad(c.curve(curve), curve))+"  "+s.Strong.Render(c.Say), width))
	}
	return out
}

// curve is the newest values, a column each.
func (c Chart) curve(width int) string {
	values := c.Values[max(len(c.Values)-width, 0):]
	most := max(c.Most, slices.Max(c.Values))
	out := make([]rune, len(values))
	for i, v := range values {
		at := 0
		if most > 0 {
			at = int(v / most * float64(len(levels)-1))
		}
		out[i] = levels[max(min(at, len(levels)-1), 0)]
	}
	return string(out)
}
