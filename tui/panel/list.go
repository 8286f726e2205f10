package panel

import "github.com/tentpole-labs/tentpole/tui/styles"

// Item is a line of a list that the cursor can be on.
type Item struct {
	Head   string // a heading above it; empty for none
	Label  string
	Detail string // behind the label, faint
	Whole  bool   // it is never cut, but takes more lines
	Apart  bool   // labels from here on have a width of their own
}

// List draws items below the lines of top. It returns the lines and which of them
// the cursor is on.
func List(s styles.Styles, top []string, items []Item, cursor, width int) (lines []string, at int) {
	label := 0
	lines = append(lines, top...)
	for i, item := range items {
		if i == 0 || item.Apart {
			label = labelWidth(items[i:], width)
		}
		if item.Head != "" {
			lines = append(lines, "", s.Faint.Render(item.Head))
		}
		mark, style := "  ", s.Text
		if i == cursor {
			mark, style, at = "› ", s.Selected, len(lines)
		}
		for _, part := range item.parts(label, width) {
			line := mark + style.Render(Pad(part[0], label))
			if part[1] != "" {
				line += between + s.Faint.Render(part[1])
			}
			lines, mark = append(lines, line), "  "
		}
	}
	return lines, at
}

// between stands between a label and its detail, and lead before them.
const (
	between = "   "
	lead    = 2
)

// labelWidth is that of the labels up to the next item that stands apart: half of
// the line at most, or what the longest detail leaves.
func labelWidth(items []Item, width int) int {
	label, detail := 0, 0
	for i, item := range items {
		if i > 0 && item.Apart {
			break
		}
		label, detail = max(label, Width(item.Label)), max(detail, Width(item.Detail))
	}
	return min(label, max(width/2, width-lead-len(between)-detail, 12))
}

// parts are the label and the detail of each line that an item takes.
func (i Item) parts(label, width int) [][2]string {
	room := width - lead - label - len(between)
	if !i.Whole || Width(i.Label) <= label && Width(i.Detail) <= room {
		return [][2]string{{i.Label, i.Detail}}
	}
	labels, details := Wrap(i.Label, label), Wrap(i.Detail, room)
	parts := make([][2]string, max(len(labels), len(details)))
	labels, details = Fit(labels, label, len(parts)), Fit(details, room, len(parts))
	for n := range parts {
		parts[n] = [2]string{labels[n], details[n]}
	}
	return parts
}
