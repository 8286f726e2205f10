// Package printable makes text from names of files, hosts and processes safe
// to show on a terminal, as ls and ps do: what would act becomes a question
// mark. Where the text should stay recognizable, use package facts instead,
// which spells out what it replaces.
package printable

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns s with control and format characters, line separators and bytes
// that are not UTF-8 replaced by question marks.
func Text(s string) string {
	if strings.IndexFunc(s, acts) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if acts(r) {
			return '?'
		}
		return r
	}, s)
}

// acts tells whether a terminal might obey r rather than show it.
func acts(r rune) bool {
	return r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}
