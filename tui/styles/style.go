package styles

import (
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
)

// Style is how letters look, made by Lip Gloss once. A frame is a few hundred
// short pieces of one line; to work out for each of them what there is of borders,
// margins and widths took most of the time of a key.
type Style struct {
	full          lipgloss.Style
	before, after string // a line of it
}

func newStyle(full lipgloss.Style) Style {
	const letter = "x"
	before, after, _ := strings.Cut(full.Render(letter), letter)
	return Style{full, before, after}
}

// Render writes a text in this style, as lipgloss.Style.Render does.
func (s Style) Render(text string) string {
	if strings.ContainsAny(text, "\t\r\n") {
		return s.full.Render(text)
	}
	return s.before + text + s.after
}

// Colour is that of the letters, lipgloss.NoColor where it is the terminal's own.
func (s Style) Colour() color.Color { return s.full.GetForeground() }
