package facts

import (
	"strings"
	"unicode/utf8"
)

// Text is the board as a plain table, a row a line, headed host and sandbox.
// No line is wider than width columns: long cells are cut and end in …, notes
// are shown only where they fit. A width of 0 or less cuts nothing.
//
// Widths are exact for ASCII. Any other character counts as two columns, which
// may waste one and never takes one too many.
func (b Board) Text(width int) string {
	table := [][]string{{"", "host", "sandbox", "", ""}}
	for _, r := range b.Rows {
		table = append(table, []string{r.Label, r.Host, r.Inside, r.Word, r.Note})
	}
	widths := columnWidths(table, width)
	var out strings.Builder
	for _, row := range table {
		out.WriteString(tableLine(row, widths, width))
		out.WriteByte('\n')
	}
	return out.String()
}

// gap stands between two columns.
const gap = "   "

// columnWidths gives label, host, inside and word what they need. Where that
// is more than there is, host and inside share what the others leave.
func columnWidths(table [][]string, width int) [4]int {
	var w [4]int
	for _, row := range table {
		for i := range w {
			w[i] = max(w[i], columns(row[i]))
		}
	}
	room := width - w[0] - w[3] - 3*len(gap)
	if width <= 0 || w[1]+w[2] <= room {
		return w
	}
	half := max(room/2, 1)
	switch {
	case w[1] <= half:
		w[2] = max(room-w[1], 1)
	case w[2] <= half:
		w[1] = max(room-w[2], 1)
	default:
		w[1], w[2] = max(room-half, 1), half
	}
	return w
}

func tableLine(row []string, widths [4]int, width int) string {
	var line strings.Builder
	for i, w := range widths {
		cell := cut(row[i], w)
		line.WriteString(cell)
		line.WriteString(strings.Repeat(" ", w-columns(cell)))
		line.WriteString(gap)
	}
	text := line.String()
	note := row[len(row)-1]
	if width <= 0 || columns(text)+columns(note) <= width {
		text += note
	}
	text = strings.TrimRight(text, " ")
	if width > 0 {
		text = cut(text, width)
	}
	return text
}

// cut shortens s to at most w columns, the last of them … when it was longer.
func cut(s string, w int) string {
	if columns(s) <= w {
		return s
	}
	used := 0
	for i, r := range s {
		if used += runeColumns(r); used > w-1 {
			return s[:i] + "…"
		}
	}
	return s
}

func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	if r < utf8.RuneSelf || r == '…' {
		return 1
	}
	return 2
}
