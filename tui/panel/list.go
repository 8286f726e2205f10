package panel

import (
	"github.com/charmbracelet/x/ansi"

	"github.com/tentpole-labs/tentpole/tui/styles"
)

// Item is a line of a list that the cursor can be on.
type Item struct {
	Head   string // a heading above it; empty for none
	Label  string
	Detail string // behind the label, faint
}

// List draws items, one line each, below the lines of top. Labels have one
// width, of at most the share that leaves room for the details. It returns the
// lines and which of them the cursor is on.
func List(s styles.Styles, top []string, items []Item, cursor, width int) (lines []string, at int) {
	label := 0
	for _, item := range items {
		label = max(label, ansi.StringWidth(item.Label))
	}
	label = min(label, max(width/2, 12))
	lines = append(lines, top...)
	for i, item := range items {
		if item.Head != "" {
			lines = append(lines, "", s.Faint.Render(item.Head))
		}
		mark, style := "  ", s.Text
		if i == cursor {
			mark, style, at = "› ", s.Selected, len(lines)
		}
		line := mark + style.Render(Pad(item.Label, label))
		if item.Detail != "" {
			line += "   " + s.Faint.Render(item.Detail)
		}
		lines = append(lines, line)
	}
	return lines, at
}
