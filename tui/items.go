package tui

import (
	"regexp"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Glamour keeps the line ends of the source inside list items and does not
// indent what it wraps there. The two functions here are the remedy: one
// before it renders, one after.

var marker = regexp.MustCompile(`^ *([-*+]|[0-9]+[.)]) `)

// joinItems joins the source lines of each list item, and tells how far
// hangItems will move lines to the right at most. Code stays as it is.
func joinItems(markdown string) (joined string, hang int) {
	var out []string
	item, fence := false, false
	for line := range strings.SplitSeq(markdown, "\n") {
		trimmed := strings.TrimSpace(line)
		isFence := strings.HasPrefix(trimmed, "```") || strings.HasPrefix(trimmed, "~~~")
		switch {
		case isFence:
			fence, item = !fence, false
		case fence:
		case marker.MatchString(line):
			item, hang = true, max(hang, len(marker.FindString(line)))
		case trimmed == "":
			item = false
		case item:
			out[len(out)-1] += " " + trimmed
			continue
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n"), hang
}

// hangItems indents the further lines of rendered list items.
func hangItems(lines []string) {
	hang := 0
	for i, line := range lines {
		plain := ansi.Strip(line)
		switch m := marker.FindString(plain); {
		case m != "":
			hang = len(m)
		case strings.TrimSpace(plain) == "":
			hang = 0
		default:
			indent := len(plain) - len(strings.TrimLeft(plain, " "))
			lines[i] = strings.Repeat(" ", max(hang-indent, 0)) + line
		}
	}
}
