package panel

import (
	"strings"

	"github.com/tentpole-labs/tentpole/tui/styles"
)

// Outcomes is a table of words: what was asked, by whom it was answered, and how.
type Outcomes struct {
	Columns []string
	Rows    []OutcomeRow
	Cursor  int
}

// OutcomeRow is a line of it.
type OutcomeRow struct {
	Label  string
	Cells  []string // one a column
	Detail string   // faint, behind them
}

// Part draws the names of the columns and as many rows as there is room for,
// those around the cursor.
func (g Outcomes) Part(s styles.Styles, width, height int) Part {
	label := 0
	columns := make([]int, len(g.Columns))
	for i, c := range g.Columns {
		columns[i] = max(Width(c), len("contained"))
	}
	for _, r := range g.Rows {
		label = max(label, Width(r.Label))
	}
	head := strings.Repeat(" ", label+4)
	for i, c := range g.Columns {
		head += s.Inside.Render(Pad(c, columns[i])) + "  "
	}
	var lines []string
	for n, r := range g.Rows {
		lead, style := "  ", s.Text
		if n == g.Cursor {
			lead, style = "› ", s.Selected
		}
		line := lead + style.Render(Pad(r.Label, label)) + "  "
		for i, c := range r.Cells {
			line += s.Strong.Render(Pad(c, columns[i])) + "  "
		}
		lines = append(lines, Pad(line+s.Faint.Render(r.Detail), width))
	}
	p := part(lines, g.Cursor, max(height-1, 1))
	p.Lines = append([]string{Pad(head, width)}, p.Lines...)
	return p
}
