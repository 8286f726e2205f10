package panel

import (
	"github.com/charmbracelet/x/ansi"

	"github.com/tentpole-labs/tentpole/tui/styles"
)

// Row is a line of a table of switches and values.
type Row struct {
	Head   string // a heading above it; empty for none
	Mark   string // three letters: a switch, or none
	Label  string
	Value  string
	Detail string // faint, behind the rest
}

// leastValue is the width of the column of values: it does not come and go
// with them.
const leastValue = 5

// Table draws as many of the rows as a height has room for, those around the
// cursor. A value too long for its column takes the place of the detail.
func Table(s styles.Styles, rows []Row, cursor, width, height int) Part {
	label, value := 0, leastValue
	for _, r := range rows {
		label = max(label, Width(r.Label))
		if r.Detail != "" {
			value = max(value, Width(r.Value))
		}
	}
	var lines []string
	at := 0
	for i, r := range rows {
		if r.Head != "" {
			if i > 0 {
				lines = append(lines, "")
			}
			lines = append(lines, s.Faint.Render(r.Head))
		}
		if i == cursor {
			at = len(lines)
		}
		lines = append(lines, Pad(r.line(s, i == cursor, label, value), width))
	}
	return part(lines, at, height)
}

// line is one row: cursor, switch, label, value and detail in columns.
func (r Row) line(s styles.Styles, here bool, label, value int) string {
	lead, style := "  ", s.Text
	switch {
	case here:
		lead, style = "› ", s.Selected
	case r.Mark == "[x]":
		style = s.Inside
	}
	line := lead + style.Render(Pad(r.Mark, 3)+" "+Pad(r.Label, label)) + "  "
	if r.Detail == "" {
		return line + s.Code.Render(r.Value)
	}
	return line + s.Code.Render(Pad(r.Value, value)) + "  " + s.Faint.Render(r.Detail)
}

// Part is as much of a list as there is room for.
type Part struct {
	Lines        []string
	Above, Below int // how many lines are not in it
}

// part is the part with line at in its middle, as far as that goes.
func part(lines []string, at, height int) Part {
	top := max(min(at-height/2, len(lines)-height), 0)
	end := min(top+height, len(lines))
	return Part{lines[top:end], top, len(lines) - end}
}

// Tail is the end of a text, as much as there is room for.
func Tail(text string, width int) string {
	if over := Width(text) - width; over > 0 {
		return ansi.TruncateLeft(text, over+1, "…")
	}
	return text
}
