package panel

import (
	"fmt"
	"strings"

	"github.com/tentpole-labs/tentpole/tui/styles"
)

// Grid is a table of shapes with a cursor. What has no room is left out at the
// right and below; Top and Left say what is seen first.
type Grid struct {
	Columns []string
	Rows    []GridRow
	Of      string // what the columns are called, for "stages 1-9 of 20"
	// Row and Column are where the cursor is.
	Row, Column int
	// Top is the first line of rows and headings, Left the first column.
	Top, Left int
}

// GridRow is a row of a grid.
type GridRow struct {
	Head   string // a heading above it; empty for none
	Label  string
	Shapes []string // one for each column, each one cell wide
}

// leastColumn holds a shape with the marks of the cursor around it.
const leastColumn = 3

func (g Grid) labelWidth() int {
	w := Width(g.seen(10, 19))
	for _, r := range g.Rows {
		w = max(w, Width(r.Label))
	}
	return w + 2 // the mark of the cursor
}

// seen says which columns are seen, counted from one.
func (g Grid) seen(first, last int) string {
	return fmt.Sprintf("%s %d-%d of %d", g.Of, first, last, len(g.Columns))
}

// widths are those of the columns, with the blank before each.
func (g Grid) widths() []int {
	out := make([]int, len(g.Columns))
	for i, c := range g.Columns {
		out[i] = 1 + max(Width(c), leastColumn)
	}
	return out
}

// lineOf is the line of a row, headings counted, and before it the lines that
// there are.
func (g Grid) lineOf(row int) int {
	line := 0
	for i, r := range g.Rows {
		if r.Head != "" {
			line++
		}
		if i == row {
			break
		}
		line++
	}
	return line
}

// heights are those of all lines of rows and headings.
func (g Grid) heights() []int {
	if len(g.Rows) == 0 {
		return nil
	}
	out := make([]int, g.lineOf(len(g.Rows)-1)+1)
	for i := range out {
		out[i] = 1
	}
	return out
}

// Follow returns the grid with Top and Left moved as little as is needed for
// the cursor to be seen.
func (g Grid) Follow(width, height int) Grid {
	g.Left = window(g.widths(), g.Left, g.Column, width-g.labelWidth())
	line := g.lineOf(g.Row)
	if g.Top = window(g.heights(), g.Top, line, height-1); g.Row < len(g.Rows) && g.Rows[g.Row].Head != "" && g.Top == line {
		g.Top-- // with its heading
	}
	return g
}

// window moves the first of several things so that the one of the cursor is
// seen, and so that there is no room left at the end.
func window(sizes []int, first, cursor, room int) int {
	if cursor < first {
		first = cursor
	}
	taken := 0
	for i := cursor; i >= 0 && i < len(sizes); i-- {
		if taken += sizes[i]; taken > room && i < cursor {
			first = max(first, i+1)
			break
		}
	}
	for taken = 0; first > 0; first-- {
		if taken = sum(sizes[first-1:]); taken > room {
			break
		}
	}
	return max(min(first, len(sizes)-1), 0)
}

func sum(sizes []int) (n int) {
	for _, s := range sizes {
		n += s
	}
	return n
}

// Lines draws the grid as it is seen, the names of the columns first.
func (g Grid) Lines(s styles.Styles, width, height int) []string {
	g = g.Follow(width, height)
	v := view{Grid: g, styles: s, label: g.labelWidth(), widths: g.widths()}
	v.last = g.Left
	for room := width - v.label; v.last < len(g.Columns); v.last++ {
		if room -= v.widths[v.last]; room < 0 {
			break
		}
	}
	v.last = max(v.last, min(g.Left+1, len(g.Columns)))
	out := []string{v.names()}
	for i := range g.Rows {
		out = append(out, v.row(i)...)
	}
	return Fit(append(out[:1], from(out[1:], g.Top)...), width, height)
}

// view is what is seen of a grid.
type view struct {
	Grid
	styles styles.Styles
	label  int   // width of the labels
	widths []int // of the columns
	last   int   // the first column that is not seen
}

// names is the line with the names of the columns.
func (v view) names() string {
	head := ""
	if v.last-v.Left < len(v.Columns) {
		head = "  " + v.seen(v.Left+1, v.last)
	}
	line := v.styles.Faint.Render(Pad(head, v.label))
	for c := v.Left; c < v.last; c++ {
		style := v.styles.Faint
		if c == v.Column {
			style = v.styles.Selected
		}
		line += " " + style.Render(v.Columns[c]) + strings.Repeat(" ", v.widths[c]-1-Width(v.Columns[c]))
	}
	return line
}

// row is a row with its heading.
func (v view) row(i int) (lines []string) {
	r := v.Rows[i]
	if r.Head != "" {
		lines = append(lines, v.styles.Faint.Render(r.Head))
	}
	mark, style := "  ", v.styles.Text
	if i == v.Row {
		mark, style = "› ", v.styles.Selected
	}
	var b strings.Builder
	b.WriteString(mark + style.Render(Pad(r.Label, v.label-2)))
	for c := v.Left; c < v.last; c++ {
		shape := " " + r.Shapes[c] + " "
		if i == v.Row && c == v.Column {
			shape = v.styles.Selected.Render("[" + r.Shapes[c] + "]")
		}
		before := 1 + (v.widths[c]-1-leastColumn)/2
		b.WriteString(strings.Repeat(" ", before) + shape + strings.Repeat(" ", v.widths[c]-before-leastColumn))
	}
	return append(lines, b.String())
}
