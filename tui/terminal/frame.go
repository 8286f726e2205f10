package terminal

import (
	"strings"
	"unicode"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// draw makes a frame of what the emulator shows.
func draw(e *vt.Emulator, cols, rows int, cursor bool) Frame {
	p := e.CursorPosition()
	f := Frame{Lines: make([]string, rows), X: min(p.X, cols-1), Y: min(p.Y, rows-1), Cursor: cursor}
	for y := range rows {
		f.Lines[y] = line(e, y, cols)
	}
	return f
}

// line draws one row of the screen, exactly cols wide.
func line(e *vt.Emulator, y, cols int) string {
	return drawn(func(x int) *uv.Cell { return e.CellAt(x, y) }, cols)
}

// drawn draws a row of cells, exactly cols wide.
func drawn(at func(x int) *uv.Cell, cols int) string {
	var b strings.Builder
	b.Grow(cols + cols/2)
	pen := uv.Style{}
	for x := 0; x < cols; {
		text, style, width := cell(at(x), cols-x)
		if !style.Equal(&pen) {
			b.WriteString(uv.StyleDiff(&pen, &style))
			pen = style
		}
		b.WriteString(text)
		x += width
	}
	if !pen.IsZero() {
		b.WriteString(ansi.ResetStyle)
	}
	return b.String()
}

// cell is what may be shown of a cell, and its width, at most room. A cell
// whose text would do something, or is not as wide as the emulator takes it to
// be by every way of counting, is replaced.
func cell(c *uv.Cell, room int) (text string, style uv.Style, width int) {
	if c == nil || c.Width <= 0 || c.Width > room || c.Content == "" {
		return " ", uv.Style{}, 1
	}
	if len(c.Content) == 1 && c.Width == 1 && c.Content[0] >= ' ' && c.Content[0] < 0x7f {
		return c.Content, c.Style, 1 // most of them, and nothing to be looked at more closely
	}
	if len(c.Content) > longestCell {
		c.Content = strings.Repeat("?", c.Width) // nor is it kept
	}
	if strings.ContainsFunc(c.Content, acts) ||
		ansi.StringWidth(c.Content) != c.Width || ansi.StringWidthWc(c.Content) != c.Width {
		return "?" + strings.Repeat(" ", c.Width-1), c.Style, c.Width
	}
	return c.Content, c.Style, c.Width
}

// longestCell is the most bytes of one cell: a letter and a few marks.
const longestCell = 32

// acts tells of a rune that a terminal obeys instead of showing it, or about
// whose width terminals do not agree: what is not assigned, marks that take
// room (Mc), and vowels of Hangul that join the letter before.
func acts(r rune) bool {
	return !unicode.IsGraphic(r) || unicode.Is(unicode.Mc, r) || r >= 0x1160 && r <= 0x11ff || r == unicode.ReplacementChar
}
