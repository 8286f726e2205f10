// Package styles is everything about how the screens look: palette, theme and
// the styles made from them, in one place.
//
// Use the styles by what they mean ([Styles.Inside], [Styles.Faint]), and never
// a colour of your own. A colour is never the only signal: what it says, a word
// or a mark says too. Inside is orange and the host is blue everywhere; no pair
// of red and green carries meaning.
//
// The package does no I/O and returns no errors. Colours degrade with the
// terminal's colour profile, which the renderer knows; the theme none uses
// only weight and reverse video, see https://no-color.org.
package styles

import (
	"image/color"

	"charm.land/lipgloss/v2"
)

// Theme names a set of colours.
type Theme string

// The themes.
const (
	Dark  Theme = "dark"  // for a dark background
	Light Theme = "light" // for a light background
	None  Theme = "none"  // no colours

	// HighContrast is one of the next two, as the background asks for.
	HighContrast      Theme = "high-contrast"
	HighContrastDark  Theme = "high-contrast-dark"
	HighContrastLight Theme = "high-contrast-light"
)

// Themes are those a person may choose by name.
var Themes = []Theme{Light, Dark, HighContrast, None}

// palette is the colours of a theme, as sRGB.
type palette struct {
	inside, host, title, code, faint, border, focus string
}

var palettes = map[Theme]palette{
	Dark: {
		inside: "#ffaf5f", host: "#6cb6ff", title: "#e6e1cf", code: "#c3b5e8",
		faint: "#949494", border: "#585858", focus: "#e6e1cf",
	},
	Light: {
		inside: "#a84f00", host: "#005fb8", title: "#1c1c1c", code: "#5b3f9e",
		faint: "#666666", border: "#b2b2b2", focus: "#1c1c1c",
	},
	HighContrastDark: {
		inside: "#ffd787", host: "#afd7ff", title: "#ffffff", code: "#e4d7ff",
		faint: "#dadada", border: "#c6c6c6", focus: "#ffffff",
	},
	HighContrastLight: {
		inside: "#6b3200", host: "#003f7d", title: "#000000", code: "#3b2070",
		faint: "#303030", border: "#4e4e4e", focus: "#000000",
	},
}

// Styles is what things look like.
type Styles struct {
	Theme Theme
	// ASCII is set where only ASCII can be shown: everything goes through Fold.
	ASCII bool

	Text     Style // what is read
	Strong   Style // what stands out
	Faint    Style // what is there when looked for
	Title    Style // headings and names of panes
	Inside   Style // the sandbox
	Host     Style // the host
	Code     Style // what may be typed
	Key      Style // a key in the footer
	Border   Style // a pane
	Focus    Style // the pane that has the keys
	Selected Style // the choice the cursor is at

	palette palette
}

// New makes the styles of a theme; an unknown theme is Dark, and so is the
// background of HighContrast.
func New(t Theme, ascii bool) Styles {
	if t == HighContrast {
		t = HighContrastDark
	}
	p, ok := palettes[t]
	if !ok && t != None {
		t, p = Dark, palettes[Dark]
	}
	bold := lipgloss.NewStyle().Bold(true)
	s := Styles{
		Theme: t, ASCII: ascii, palette: p,
		Text: newStyle(lipgloss.NewStyle()), Strong: newStyle(bold),
		Faint: newStyle(ink(p.faint)), Title: newStyle(ink(p.title).Bold(true)),
		Inside: newStyle(ink(p.inside)), Host: newStyle(ink(p.host)), Code: newStyle(ink(p.code)),
		Key: newStyle(bold), Border: newStyle(ink(p.border)), Focus: newStyle(ink(p.focus)),
		Selected: newStyle(bold),
	}
	if t == None {
		s.Selected = newStyle(bold.Reverse(true))
	}
	return s
}

// ink is a style with that foreground; none without a colour.
func ink(hex string) lipgloss.Style {
	if hex == "" {
		return lipgloss.NewStyle()
	}
	return lipgloss.NewStyle().Foreground(lipgloss.Color(hex))
}

// ForBackground picks what can be read on a background: of the wanted theme
// where it has two, and else of light and dark.
func ForBackground(want Theme, c color.Color) Theme {
	bright := isBright(c)
	switch {
	case want == HighContrast && bright:
		return HighContrastLight
	case want == HighContrast:
		return HighContrastDark
	case bright:
		return Light
	}
	return Dark
}

// isBright judges by relative luminance in round numbers; ITU-R BT.709.
func isBright(c color.Color) bool {
	if c == nil {
		return false
	}
	r, g, b, _ := c.RGBA()
	return 21*r+72*g+7*b > 50*0xffff
}
