package markdown

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

const (
	// columnGap stands between two columns, in cells.
	columnGap = 2
	// longWord is the widest word that a column makes room for, in cells; longer
	// ones are broken.
	longWord = 14
)

// table draws a table as wide as it has to be. Where it does not fit, the
// widest columns are wrapped; where not even their words fit side by side, each
// row becomes a list of its own.
func (p *page) table(t *east.Table, width int) []string {
	rows := p.rows(t)
	head, rows := rows[0], rows[1:]
	widths := fit(append(slices.Clone(rows), head), width-columnGap*(len(head)-1))
	if widths == nil {
		return p.records(head, rows, width)
	}
	out := p.row(head, widths, t.Alignments)
	rule := make([]string, len(widths))
	for i, w := range widths {
		rule[i] = p.inks.draw(span{strings.Repeat("─", w), faint})
	}
	out = append(out, strings.Join(rule, strings.Repeat(" ", columnGap)))
	var drawn [][]string
	for _, row := range rows {
		drawn = append(drawn, p.row(row, widths, t.Alignments))
	}
	return append(out, stacked(drawn)...)
}

// stacked puts rows below each other, with room between them if one has
// several lines.
func stacked(rows [][]string) []string {
	loose := slices.ContainsFunc(rows, func(r []string) bool { return len(r) > 1 })
	var out []string
	for i, row := range rows {
		if loose && i > 0 {
			out = append(out, "")
		}
		out = append(out, row...)
	}
	return out
}

// rows are the cells of a table, its head first.
func (p *page) rows(t *east.Table) [][][]span {
	var rows [][][]span
	i := strong
	for row := t.FirstChild(); row != nil; row = row.NextSibling() {
		var cells [][]span
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, trimRight(p.inline(ast.Node(cell), i)))
		}
		rows = append(rows, cells)
		i = plain
	}
	return rows
}

// row draws one row; its cells may take several lines.
func (p *page) row(cells [][]span, widths []int, aligned []east.Alignment) []string {
	columns := make([][]string, len(cells))
	height := 1
	for i, cell := range cells {
		columns[i] = p.text(cell, widths[i])
		height = max(height, len(columns[i]))
	}
	out := make([]string, height)
	for y := range out {
		var line strings.Builder
		for i, column := range columns {
			cell := ""
			if y < len(column) {
				cell = column[y]
			}
			if i > 0 {
				line.WriteString(strings.Repeat(" ", columnGap))
			}
			line.WriteString(align(cell, widths[i], aligned[i]))
		}
		out[y] = strings.TrimRight(line.String(), " ")
	}
	return out
}

func align(cell string, width int, a east.Alignment) string {
	room := max(width-ansi.StringWidth(cell), 0)
	before := 0
	switch a {
	case east.AlignRight:
		before = room
	case east.AlignCenter:
		before = room / 2
	}
	return strings.Repeat(" ", before) + cell + strings.Repeat(" ", room-before)
}

// fit returns the widths of columns that together take at most room cells. Each
// has what it needs, or as much as the other wide ones; none is narrower than
// its words. Without room for that it returns nil.
func fit(rows [][][]span, room int) []int {
	columns := len(rows[0])
	wants, needs := make([]int, columns), make([]int, columns)
	for _, row := range rows {
		for i, cell := range row {
			want, word := extent(letters(cell))
			wants[i] = max(wants[i], want, 1)
			needs[i] = max(needs[i], min(word, longWord), 1)
		}
	}
	if sum(needs) > room {
		return nil
	}
	widths := slices.Clone(wants)
	for limit := slices.Max(wants) - 1; sum(widths) > room; limit-- {
		for i := range widths {
			// One cell of one column at a time, so that all of the room is used.
			if widths[i] > max(limit, needs[i]) && sum(widths) > room {
				widths[i]--
			}
		}
	}
	return widths
}

// extent is the width of a text and that of its widest word.
func extent(text string) (all, word int) {
	for w := range strings.FieldsSeq(text) {
		word = max(word, ansi.StringWidth(w))
	}
	return ansi.StringWidth(text), word
}

func sum(ns []int) int {
	total := 0
	for _, n := range ns {
		total += n
	}
	return total
}

// records draws rows one cell below the other, each behind the head of its
// column.
func (p *page) records(head [][]span, rows [][][]span, width int) []string {
	var out []string
	for _, row := range rows {
		if len(out) > 0 {
			out = append(out, "")
		}
		for i, cell := range row {
			if len(head[i]) > 0 && len(cell) > 0 {
				cell = slices.Concat(head[i], []span{{": ", strong}}, cell)
			}
			out = append(out, p.text(cell, width)...)
		}
	}
	return out
}
