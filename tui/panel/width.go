package panel

import "github.com/charmbracelet/x/ansi"

// Width is how many cells a styled line takes. It is ansi.StringWidth, which
// takes letters together that are one, and most of the time of a frame: what
// screens are mostly made of (ASCII, the lines of boxes, colours) is counted
// without it.
func Width(s string) int {
	width := 0
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c >= ' ' && c < 0x7f:
			width, i = width+1, i+1
		case c == 0xe2 && i+2 < len(s) && (s[i+1] == 0x94 || s[i+1] == 0x95) && s[i+2] >= 0x80 && s[i+2] < 0xc0:
			width, i = width+1, i+3 // box drawing: U+2500 to U+257F
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
