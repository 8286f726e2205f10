package main

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"
)

// progressLine shows on a terminal's standard error how far something is, on
// one line that is gone in the end.
func progressLine() (tell func(string), done func()) {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return func(string) {}, func() {}
	}
	tell = func(line string) {
		width, _, err := term.GetSize(int(os.Stderr.Fd()))
		if err != nil || width < 2 {
			width = 80
		}
		if r := []rune(line); len(r) >= width {
			line = string(r[:width-1])
		}
		fmt.Fprintf(os.Stderr, "\r\x1b[K%s", line)
	}
	return tell, func() { fmt.Fprint(os.Stderr, "\r\x1b[K") }
}

// barCells is how long a bar is on the screen.
const barCells = 24

// bar draws how much of a whole is done.
func bar(done, total int) string {
	full := 0
	if total > 0 {
		full = barCells * done / total
	}
	return fmt.Sprintf("[%s%s] %d/%d", strings.Repeat("=", full), strings.Repeat(" ", barCells-full), done, total)
}
