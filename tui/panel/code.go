package panel

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// joints are the letters that a long word may be broken after.
const joints = "|/,@"

// wrapCode breaks what may be typed between words, never at the hyphen of a
// flag; a word longer than a line after one of its joints.
func wrapCode(text string, width int) []string {
	width = max(width, 1)
	var lines []string
	line := ""
	for i, word := range strings.Split(text, " ") {
		if i > 0 {
			line += " "
		}
		room := width - Width(line)
		if Width(word) <= room {
			line += word
			continue
		}
		if Width(word) > width { // it is broken anyhow: its begin may stand here
			head := joined(word, room)
			line, word = line+head, word[len(head):]
		}
		if line = strings.TrimRight(line, " "); line != "" {
			lines = append(lines, line)
		}
		var whole []string
		whole, line = breakWord(word, width)
		lines = append(lines, whole...)
	}
	return append(lines, line)
}

// joined is as much of a word as there is room for, up to a joint; it may be
// nothing.
func joined(word string, room int) string {
	cut := ansi.Truncate(word, max(room, 0), "")
	return cut[:strings.LastIndexAny(cut, joints)+1]
}

// breakWord cuts lines off a word until the rest fits.
func breakWord(word string, width int) (lines []string, rest string) {
	for Width(word) > width {
		cut := joined(word, width)
		if cut == "" {
			cut = ansi.Truncate(word, width, "")
		}
		if cut == "" { // a letter wider than the line
			return lines, ""
		}
		lines, word = append(lines, cut), word[len(cut):]
	}
	return lines, word
}
