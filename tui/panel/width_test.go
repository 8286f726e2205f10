package panel

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// TestWidth: the short way comes to the same as the long one.
func TestWidth(t *testing.T) {
	parts := []string{
		"text", " ", "│", "╭─", "╿", "·", "›", "…", "‐", "–—", "\x1b[1;38;2;1;2;3m", "\x1b[m", "‘’“”", "•",
		"▀", "\x1b[4:3m", "\x1b[2J", "\x1b]8;;x\x07", "\x1b", "\x1b[", "\x1b[1",
		"é", "e\u0301", "\u0301", "\ufe0f", "\u200d", "漢", "❤", "\t", "\x7f", "\xe2", "\xe2\x94", "\xe2\x80", "\xc2", "\u2028", "\u2060", "‼", "\xff", "1\u20e3", "👩‍👩‍👧", "\u009b31m",
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		var b strings.Builder
		for range 1 + r.IntN(6) {
			n := len(parts)
			if r.IntN(2) == 0 {
				n = 14 // those of the short way
			}
			b.WriteString(parts[r.IntN(n)])
		}
		if s := b.String(); Width(s) != ansi.StringWidth(s) {
			t.Fatalf("%q is %d wide, not %d", s, Width(s), ansi.StringWidth(s))
		}
	}
}
