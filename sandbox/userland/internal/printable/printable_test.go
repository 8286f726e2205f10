package printable

import "testing"

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain", "": "", "ünïcode 漢字": "ünïcode 漢字", "a\tb\nc": "a?b?c", "\x1b[31m": "?[31m", "\x7f": "?",
		"\u009b31m": "?31m", "\x9b31m": "?31m", "x\u202ey": "x?y", "a\u2028b": "a?b", "zero\u200bwidth": "zero?width", "\xff\xfe": "??",
	} {
		if got := Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}
