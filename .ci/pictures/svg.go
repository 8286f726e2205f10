package main

import (
	"bytes"
	"fmt"
	"html"
	"image/color"
	"regexp"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"github.com/tentpole-labs/tentpole/tui/styles"
)

// The size of a cell and of its letters, and the edge around the screen, in
// pixels.
const (
	cellWidth, cellHeight = 8.4, 18.0
	letters, baseline     = 14.0, 13.5
	edge                  = 16.0
)

// paper is a terminal's own colours.
type paper struct{ back, ink string }

var papers = map[styles.Theme]paper{
	styles.Light: {"#fdfdfb", "#1c1c1c"},
	styles.Dark:  {"#16161d", "#d8d4c8"},
}

// picture draws styled lines of that many columns.
func picture(lines []string, cols int, p paper, about string) []byte {
	var b bytes.Buffer
	width, height := float64(cols)*cellWidth+2*edge, float64(len(lines))*cellHeight+2*edge
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-label="%s">`+"\n",
		width, height, width, height, html.EscapeString(about))
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="10" fill="%s"/>`+"\n", p.back)
	fmt.Fprintf(&b, `<g font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="%.0f" fill="%s">`+"\n", letters, p.ink)
	screen := uv.NewScreenBuffer(cols, len(lines))
	uv.NewStyledString(strings.Join(lines, "\n")).Draw(screen, screen.Bounds())
	for y := range lines {
		row(&b, screen, y, cols, p)
	}
	b.WriteString("</g>\n</svg>\n")
	return b.Bytes()
}

// row draws a line: runs of cells with one style, and borders as lines.
func row(b *bytes.Buffer, screen uv.ScreenBuffer, y, cols int, p paper) {
	for x := 0; x < cols; {
		c := screen.CellAt(x, y)
		if c == nil || c.Width == 0 {
			x++
			continue
		}
		if arms, ok := borders[c.Content]; ok {
			drawBorder(b, x, y, arms, ink(c.Style, p))
			x += c.Width
			continue
		}
		from, text := x, ""
		for x < cols {
			next := screen.CellAt(x, y)
			if next == nil || next.Width == 0 {
				x++
				continue
			}
			if _, border := borders[next.Content]; border || !next.Style.Equal(&c.Style) {
				break
			}
			text += next.Content
			x += next.Width
		}
		words(b, from, y, x-from, text, c.Style, p)
	}
}

// words draws a run of cells, exactly as wide as they are.
func words(b *bytes.Buffer, x, y, width int, text string, s uv.Style, p paper) {
	back := hex(s.Bg, "")
	if s.Attrs&uv.AttrReverse != 0 {
		back = hex(s.Fg, p.ink)
	}
	left, top := edge+float64(x)*cellWidth, edge+float64(y)*cellHeight
	if back != "" {
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`, left, top, float64(width)*cellWidth, cellHeight, back)
	}
	weight := ""
	if s.Attrs&uv.AttrBold != 0 {
		weight = ` font-weight="bold"`
	}
	// Words that stand apart are drawn apart: not every reader keeps blanks.
	for _, at := range apart.FindAllStringIndex(text, -1) {
		part := text[at[0]:at[1]]
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" textLength="%.1f" fill="%s"%s>%s</text>`+"\n",
			left+float64(ansi.StringWidth(text[:at[0]]))*cellWidth, top+baseline, float64(ansi.StringWidth(part))*cellWidth,
			ink(s, p), weight, html.EscapeString(part))
	}
}

// apart finds words with no more than one blank between them.
var apart = regexp.MustCompile(`\S+( \S+)*`)

// ink is the colour of what is written.
func ink(s uv.Style, p paper) string {
	if s.Attrs&uv.AttrReverse != 0 {
		return hex(s.Bg, p.back)
	}
	return hex(s.Fg, p.ink)
}

func hex(c color.Color, none string) string {
	if c == nil {
		return none
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}
