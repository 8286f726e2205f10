//go:build linux

package shell

import (
	"fmt"
	"io"
	"strings"
)

// remembered is how many lines the history keeps.
const remembered = 1000

// history holds the lines that were typed, the oldest first. It lives as long
// as the shell and is written nowhere. It is a term.History.
type history struct{ lines []string }

// Add appends a line, unless it is empty or was just typed.
func (h *history) Add(line string) {
	if strings.TrimSpace(line) == "" || len(h.lines) > 0 && h.lines[len(h.lines)-1] == line {
		return
	}
	h.lines = append(h.lines, line)
	if len(h.lines) > remembered {
		h.lines = h.lines[1:]
	}
}

// Len is the number of lines.
func (h *history) Len() int { return len(h.lines) }

// At returns a line, 0 being the newest.
func (h *history) At(i int) string { return h.lines[len(h.lines)-1-i] }

func (h *history) print(w io.Writer) {
	for i, line := range h.lines {
		fmt.Fprintf(w, "%5d  %s\n", i+1, line)
	}
}
