package markdown

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// wrap breaks a text into lines of at most width cells: where the author wants
// it, at blanks, and beside wide letters, which are written without blanks.
// Hyphens are no place to break, as many belong to an option of a command. A
// word wider than a line is broken behind a slash, or where the line ends. The
// spans become those of the lines.
func wrap(text []span, width int) [][]span {
	var lines [][]span
	for ; len(text) > 0; text = trimLeft(text) {
		var line []span
		line, text = cut(text, width)
		lines = append(lines, trimRight(line))
	}
	return lines
}

// place is a byte of a span.
type place struct{ span, at int }

// cut splits a text at the last place where a line of that width may end. The
// line has one letter at least.
func cut(text []span, width int) (line, rest []span) {
	var end, slash place // the last places for a break, and for one in a path
	var before string    // the letter in front
	used, inWord := 0, false
	for i, s := range text {
		for at := 0; at < len(s.text); {
			letter, cells := first(s.text[at:])
			here := place{i, at}
			switch {
			case letter == "\n":
				line, rest = split(text, here)
				_, rest = split(rest, place{0, 1})
				return line, rest
			case s.ink&whole != 0 && at > 0 && width >= 2*shortCode:
			case inWord && (letter == " " || breakable(before, letter)):
				end = here
			case before == "/" && used > width/2:
				slash = here
			}
			if used+cells > width && used > 0 {
				return split(text, cmp.Or(end, slash, here))
			}
			at += len(letter)
			used += cells
			inWord = inWord || letter != " "
			before = letter
		}
	}
	return text, nil
}

// breakable tells whether a line may end between two letters: after a blank,
// and beside a wide one unless punctuation belongs to the other line.
func breakable(before, after string) bool {
	if before == " " {
		return true
	}
	if len(before) == 1 && len(after) == 1 {
		return false
	}
	_, b := first(before)
	_, a := first(after)
	return (a > 1 || b > 1) && !strings.Contains(notFirst, after) && !strings.Contains(notLast, before)
}

// Punctuation that may not begin a line, and that may not end one, after JIS X
// 4051; with the ASCII ones that stand beside wide letters.
const (
	notFirst = "、。，．・：；？！）］｝」』】〉》〕ー…’”,.:;?!)]}`"
	notLast  = "（［｛「『【〈《〔‘“([{`"
)

// first is the first letter of a text, which may be several runes, and its
// width.
func first(s string) (letter string, cells int) {
	if s[0] < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return s[:1], 1
	}
	return ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
}

// split divides a text at a place. Neither part shares its spans with text.
func split(text []span, at place) (before, after []span) {
	before = append(before, text[:at.span]...)
	if s := text[at.span]; at.at > 0 {
		before = append(before, span{s.text[:at.at], s.ink})
		after = append(after, span{s.text[at.at:], s.ink})
	} else {
		after = append(after, s)
	}
	return before, append(after, text[at.span+1:]...)
}

func trimRight(line []span) []span {
	for len(line) > 0 {
		last := &line[len(line)-1]
		if last.text = strings.TrimRight(last.text, " "); last.text != "" {
			return line
		}
		line = line[:len(line)-1]
	}
	return line
}

func trimLeft(line []span) []span {
	for len(line) > 0 {
		if line[0].text = strings.TrimLeft(line[0].text, " "); line[0].text != "" {
			return line
		}
		line = line[1:]
	}
	return line
}
