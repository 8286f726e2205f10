package styles

import (
	"image/color"
	"testing"

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
		if got := ForBackground(c.color); got != c.want {
			t.Errorf("%v: %s", c.color, got)
		}
	}
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
