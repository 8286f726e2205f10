package styles

import (
	"testing"

	"charm.land/lipgloss/v2"
)

// TestStyle: the short way comes to the same as the long one.
func TestStyle(t *testing.T) {
	all := map[string]lipgloss.Style{
		"plain": lipgloss.NewStyle(), "colour": ink("#ffaf5f"), "strong": lipgloss.NewStyle().Bold(true),
		"colour, strong": ink("#6cb6ff").Bold(true), "reversed": lipgloss.NewStyle().Bold(true).Reverse(true),
	}
	texts := []string{
		"", " ", "x", "a line", "  with blanks  ", "two\nlines", "a\ttab", "\r\n", "\n", "to\rthe left",
		"\x1b[1minside\x1b[m", "漢字", "e\u0301", "│ ·", "\u009b31m",
	}
	for name, full := range all {
		for _, text := range texts {
			if have, want := newStyle(full).Render(text), full.Render(text); have != want {
				t.Errorf("%s: %q is %q, not %q", name, text, have, want)
			}
		}
	}
}
