package panel

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestWrapShort: the short way of wrapping comes to the same as the long one.
func TestWrapShort(t *testing.T) {
	parts := []string{
		"text", " ", "  ", "a-b", "·", "…", "\x1b[1m", "\x1b[m", "\u00a0", "漢字", "e\u0301", "/", ",", "\n", "\t", "│", "–", "\u200b", "\u2028",
	}
	r := rand.New(rand.NewPCG(7, 8))
	for range 20_000 {
		var b strings.Builder
		for range r.IntN(7) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		width, text := 1+r.IntN(20), b.String()
		for _, breakpoints := range []string{"", "/,"} {
			if have, want := wrap(text, width, breakpoints), broken(text, width, breakpoints); !slices.Equal(have, want) {
				t.Fatalf("%q in %d cells is %q, not %q", text, width, have, want)
			}
		}
	}
}
