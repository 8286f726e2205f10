// Package markdown draws Markdown as lines for a terminal: what lessons use,
// and the rest of what authors may write (see package gfm).
//
// Use it for texts that come with the program or from an author. What comes out
// of a sandbox is no Markdown: show it with package terminal, or as one line
// with facts.Clean. For plain mode and pipes use play.Text, which never breaks
// a line of code.
//
// Widths are cells as ansi.StringWidth counts them, and no line is ever wider
// than it may be. Styles are those of package styles, opened and closed within
// each line, so that lines can stand in a pane. What is said by a colour is
// said by a mark or by weight too. Whatever a terminal would obey in the source
// is shown as its number, see facts.Clean.
//
// Every text can be drawn: there are no errors. The result depends on nothing
// but the arguments and may be kept. Functions may be called from any
// goroutine.
package markdown

import (
	"github.com/charmbracelet/x/ansi"

	"github.com/tentpole-labs/tentpole/lessons/gfm"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// Lines draws a text at most width cells wide, without empty lines at either
// end.
func Lines(s styles.Styles, text string, width int) []string {
	p := page{source: []byte(text), inks: inks{s, map[ink]string{}}}
	width = max(width, 1)
	lines := trimmed(p.blocks(gfm.Parse(p.source), width))
	for i := range lines {
		lines[i] = within(lines[i], width)
	}
	return lines
}

// within cuts a line that is wider after all: where the page is narrower than a
// letter, and where a letter joins the one before it across two spans, of which
// ansi.Truncate counts less than ansi.StringWidth.
func within(line string, width int) string {
	for n := width; n >= 0 && ansi.StringWidth(line) > width; n-- {
		line = ansi.Truncate(line, n, "")
	}
	return line
}

func trimmed(lines []string) []string {
	for len(lines) > 0 && lines[0] == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// page is one text being drawn.
type page struct {
	source []byte
	inks   inks
}
