package styles

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// folds are the ASCII letters for what the screens draw with, each as wide as
// what it stands for.
var folds = map[rune]string{
	'─': "-", '│': "|", '╭': "+", '╮': "+", '╰': "+", '╯': "+", '┴': "+", '┬': "+", '├': "+", '┤': "+", '┼': "+",
	'·': "-", '›': ">", '‹': "<", '…': ".", '–': "-", '—': "-", '×': "x", '⚑': "P", 'µ': "u", '•': "*",
	'▁': "_", '▂': ".", '▃': "-", '▄': "~", '▅': "=", '▆': "+", '▇': "*", '█': "#", '▏': "|",
	'’': "'", '‘': "'", '“': "\"", '”': "\"", '→': ">", '←': "<", '↑': "^", '↓': "v", '\u00a0': " ",
}

// Fold writes a screen with ASCII only, for terminals that have nothing else
// (TERM=linux, a locale that is not UTF-8). Widths stay what they are.
func Fold(s string) string {
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch f, ok := folds[r]; {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case ok:
			b.WriteString(f)
		default:
			b.WriteString(strings.Repeat("?", ansi.StringWidth(string(r))))
		}
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
