package panel

import (
	"strings"

	"github.com/tentpole-labs/tentpole/tui/styles"
)

// Entry is a text with a word in front that says what it is.
type Entry struct{ Label, Text string }

// leastText is how much room a text has at least beside its label; with less it
// stands below.
const leastText = 24

// Entries draws texts below each other, their labels in a column of their own.
// Those without a text are left out.
func Entries(s styles.Styles, entries []Entry, width int) []string {
	label := 0
	for _, e := range entries {
		if e.Text != "" {
			label = max(label, Width(e.Label))
		}
	}
	lead := label + 2
	if width-lead < leastText {
		lead = 2
	}
	var out []string
	for _, e := range entries {
		if e.Text == "" {
			continue
		}
		first := s.Faint.Render(e.Label)
		if lead <= label {
			out = append(out, first)
			first = ""
		}
		for i, line := range Wrap(e.Text, max(width-lead, 1)) {
			if i > 0 {
				first = ""
			}
			out = append(out, Pad(first, lead)+line)
		}
	}
	return out
}

// Under draws a text with a mark in front; its further lines begin below the
// text.
func Under(mark, text string, width int) []string {
	lead := Width(mark)
	lines := Wrap(text, max(width-lead, 1))
	for i, line := range lines {
		if i > 0 {
			mark = strings.Repeat(" ", lead)
		}
		lines[i] = mark + line
	}
	return lines
}
