package styles

import (
	"image/color"
	"math"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// TestFold: what is folded is ASCII and as wide as before.
func TestFold(t *testing.T) {
	for r := range folds {
		s := "a" + string(r) + "b"
		if got := Fold(s); !isASCII(got) || ansi.StringWidth(got) != ansi.StringWidth(s) {
			t.Errorf("%q becomes %q", s, got)
		}
	}
	for _, s := range []string{"漢字", "é", "\x1b[1mplain\x1b[0m", "ö─│"} {
		if got := Fold(s); !isASCII(got) || ansi.StringWidth(got) != ansi.StringWidth(s) {
			t.Errorf("%q becomes %q", s, got)
		}
	}
}

func TestForBackground(t *testing.T) {
	for _, c := range []struct {
		color color.Color
		want  Theme
	}{
		{color.Black, Dark}, {color.White, Light}, {nil, Dark},
		{color.RGBA{0x1e, 0x1e, 0x2e, 0xff}, Dark}, {color.RGBA{0xfd, 0xf6, 0xe3, 0xff}, Light},
	} {
		if got := ForBackground("", c.color); got != c.want {
			t.Errorf("%v: %s", c.color, got)
		}
	}
}

// TestContrast: every colour that words are written in can be read on the
// background it is made for, by the measure of WCAG 2.2: 4.5, and 7 in high
// contrast.
func TestContrast(t *testing.T) {
	black, white, dusk := color.RGBA{A: 255}, color.RGBA{255, 255, 255, 255}, color.RGBA{0x1e, 0x1e, 0x2e, 255}
	for _, c := range []struct {
		theme Theme
		on    []color.RGBA
		least float64
	}{
		{Dark, []color.RGBA{black, dusk}, 4.5},
		{Light, []color.RGBA{white}, 4.5},
		{HighContrastDark, []color.RGBA{black, dusk}, 7},
		{HighContrastLight, []color.RGBA{white}, 7},
	} {
		p := palettes[c.theme]
		for name, ink := range map[string]string{"inside": p.inside, "host": p.host, "title": p.title, "code": p.code, "faint": p.faint, "focus": p.focus} {
			for _, paper := range c.on {
				if got := contrast(lipgloss.Color(ink), paper); got < c.least {
					t.Errorf("%s: %s %s on %v has a contrast of %.1f, want %.1f", c.theme, name, ink, paper, got, c.least)
				}
			}
		}
	}
}

// contrast is the ratio of WCAG 2.2, from 1 to 21.
func contrast(a, b color.Color) float64 {
	light := func(c color.Color) float64 {
		r, g, b, _ := c.RGBA()
		part := func(v uint32) float64 {
			f := float64(v) / 0xffff
			if f <= 0.04045 {
				return f / 12.92
			}
			return math.Pow((f+0.055)/1.055, 2.4)
		}
		return 0.2126*part(r) + 0.7152*part(g) + 0.0722*part(b)
	}
	x, y := light(a), light(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// TestNone: without colours nothing is coloured.
func TestNone(t *testing.T) {
	s := New(None, false)
	if s.palette != (palette{}) {
		t.Errorf("colours %+v", s.palette)
	}
	if New("unknown", false).Theme != Dark {
		t.Error("an unknown theme is not dark")
	}
}
