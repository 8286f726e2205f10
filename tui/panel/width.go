package panel

import "github.com/charmbracelet/x/ansi"

// Width is how many cells a styled line takes. It is ansi.StringWidth, which
// takes letters together that are one, and most of the time of a frame: what
// screens are mostly made of (ASCII, the lines of boxes, dashes and dots, colours)
// is counted without it.
func Width(s string) int {
	width := 0
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c >= ' ' && c < 0x7f:
			width, i = width+1, i+1
		case c == 0xe2 && i+2 < len(s) && isLine(s[i+1], s[i+2]):
			width, i = width+1, i+3
		case c == 0xc2 && i+1 < len(s) && s[i+1] == 0xb7: // the dot in the middle, U+00B7
			width, i = width+1, i+2
		case c == 0x1b:
			n := colours(s[i:])
			if n == 0 {
				return ansi.StringWidth(s)
			}
			i += n
		default:
			return ansi.StringWidth(s)
		}
	}
	return width
}

// isLine tells by the second and third byte of a letter, after 0xe2, whether it is
// of those that screens are drawn with, each one cell wide whatever comes next.
func isLine(second, third byte) bool {
	switch second {
	case 0x94, 0x95: // box drawing, U+2500 to U+257F
		return third >= 0x80 && third < 0xc0
	case 0x80: // dashes, quotation marks, dots and the mark of a choice, U+2010 to U+2026, U+203A
		return third >= 0x90 && third <= 0xa6 || third == 0xba
	}
	return false
}

// colours is how long the sequence is that s begins with when it only sets
// colours (SGR), or 0.
func colours(s string) int {
	if len(s) < 2 || s[1] != '[' {
		return 0
	}
	for i := 2; i < len(s); i++ {
		switch c := s[i]; {
		case c == 'm':
			return i + 1
		case c < '0' || c > ';':
			return 0
		}
	}
	return 0
}
