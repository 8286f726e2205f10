// Package panel draws the parts of a screen. Each function takes what is to be
// shown, the styles and a size, and returns lines; none of them keeps anything,
// reads a clock or does I/O.
//
// Widths are in character cells as ansi.StringWidth counts them. What came out
// of a sandbox has been cleaned before it gets here (facts.Clean, or package
// terminal). Use it from the screens of package tui only; it knows no keys and
// no messages, and returns no errors.
package panel

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/tentpole-labs/tentpole/tui/styles"
)

// Box is a pane: a border with a title, and lines inside.
type Box struct {
	Title  string // in the upper border; may hold styles
	Foot   string // in the lower border
	Lines  []string
	Width  int // of the whole, border included
	Height int // of the whole, border included
	Scroll int // lines above the first one shown
	Mark   int // the line with the cursor, from 1; 0 for none
	Focus  bool
	Flush  bool // no blank column between border and lines: for a terminal
}

// Inner is the size of what fits into a box of that size.
func (b Box) Inner() (width, height int) {
	pad := 4
	if b.Flush {
		pad = 2
	}
	return max(b.Width-pad, 0), max(b.Height-2, 0)
}

// Draw returns exactly Height lines, each exactly Width wide.
func (b Box) Draw(s styles.Styles) []string {
	if b.Width < 2 || b.Height < 2 {
		return Fit(nil, b.Width, b.Height)
	}
	border := s.Border
	if b.Focus {
		border = s.Focus
	}
	width, height := b.Inner()
	pad := (b.Width - 2 - width) / 2
	gap := strings.Repeat(" ", max(pad, 0))
	out := make([]string, 0, b.Height)
	out = append(out, edge(border, "╭", "╮", b.Title, b.Width))
	side := border.Render("│")
	lines := Fit(from(b.Lines, b.Scroll), width, height)
	for i, line := range lines {
		lead := gap
		if pad > 0 && b.Mark > 0 && b.Scroll+i == b.Mark-1 {
			lead = s.Selected.Render("›")
		}
		out = append(out, side+Pad(lead+line, b.Width-2)+side)
	}
	return append(out, edge(border, "╰", "╯", b.Foot, b.Width))
}

// edge is an upper or lower border with a label in it.
func edge(border styles.Style, left, right, label string, width int) string {
	room := width - 2
	if label == "" || room < 6 {
		return border.Render(left + strings.Repeat("─", room) + right)
	}
	label = ansi.Truncate(label, room-4, "…")
	rest := room - 3 - Width(label)
	return border.Render(left+"─ ") + label + border.Render(" "+strings.Repeat("─", rest)+right)
}

func from(lines []string, n int) []string {
	if n = max(n, 0); n >= len(lines) {
		return nil
	}
	return lines[n:]
}

// Fit cuts and fills lines to exactly that size.
func Fit(lines []string, width, height int) []string {
	width, height = max(width, 0), max(height, 0)
	out := make([]string, height)
	for i := range out {
		line := ""
		if i < len(lines) {
			line = lines[i]
		}
		out[i] = Pad(line, width)
	}
	return out
}

// Pad cuts or fills one line to exactly that width.
func Pad(line string, width int) string {
	w := Width(line)
	if w > width {
		line = ansi.Truncate(line, width, "…")
		if w = Width(line); width <= 0 {
			return ""
		}
	}
	return line + strings.Repeat(" ", max(width-w, 0))
}

// Beside joins columns of lines, all as high as the first.
func Beside(columns ...[]string) []string {
	out := append([]string(nil), columns[0]...)
	for _, c := range columns[1:] {
		for i := range out {
			if i < len(c) {
				out[i] += c[i]
			}
		}
	}
	return out
}

// Ends puts one text at the left end of a line and one at the right end. When
// there is no room for both, the left one is cut.
func Ends(left, right string, width int) string {
	r := Width(right)
	if r+2 > width {
		return Pad(left, width)
	}
	return Pad(left, width-r-2) + "  " + right
}

// Wrap breaks styled text into lines of at most that width. Long words are
// broken too, so that no line is wider.
func Wrap(text string, width int) []string { return wrap(text, width, "") }

func wrap(text string, width int, breakpoints string) []string {
	if width <= 0 {
		return nil
	}
	if Width(text) <= width && !strings.ContainsAny(text, "\n\r\t") { // as most of a list
		return []string{strings.TrimRight(text, " ")}
	}
	return broken(text, width, breakpoints)
}

// broken is wrap for what does not fit, or may not.
func broken(text string, width int, breakpoints string) []string {
	lines := strings.Split(ansi.Wrap(text, width, breakpoints), "\n")
	for i, line := range lines { // a blank at a break may hang over the end
		lines[i] = ansi.Truncate(strings.TrimRight(line, " "), width, "")
	}
	return lines
}
