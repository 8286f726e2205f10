package terminal

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// The most that is kept of what has left the screen: in lines, and in bytes, for
// lines whose every cell has colours of its own.
const (
	mostLines = 2000
	mostBytes = 4 << 20
)

// past are the lines that have left the main screen at its top, as they were
// drawn. Each has a number, which it had on the screen already: those on the
// screen go on where the past ends.
type past struct {
	lines []string
	first int // number of the oldest line kept
	bytes int
}

// end is the number of the first line on the screen.
func (p *past) end() int { return p.first + len(p.lines) }

func (p *past) add(line string) {
	p.lines, p.bytes = append(p.lines, line), p.bytes+len(line)
	for len(p.lines) > mostLines || p.bytes > mostBytes {
		p.bytes -= len(p.lines[0])
		p.lines[0] = "" // the array behind it may live on
		p.lines, p.first = p.lines[1:], p.first+1
	}
}

// forget drops all of it.
func (p *past) forget() { p.first, p.lines, p.bytes = p.end(), nil, 0 }

// fit makes a line of another width exactly that wide.
func fit(line string, cols int) string {
	if ansi.StringWidth(line) > cols {
		line = ansi.Truncate(line, cols, "")
	}
	return line + strings.Repeat(" ", max(cols-ansi.StringWidth(line), 0))
}

// Move is how the learner looks at lines that have left the screen.
type Move int

// The moves. All but Back begin to look where nobody looks yet.
const (
	Up Move = iota
	Down
	PageUp
	PageDown
	Top
	Bottom
	Mark // mark lines from here on, or no longer
	Back // to what the program shows now
)

// look is where the learner looks, in numbers of lines.
type look struct {
	top    int // the first line shown
	cursor int
	mark   int // where marking began, or none
}

const none = -1

// marked are the first and the last marked line, or the one the cursor is at.
func (l *look) marked() (first, last int) {
	if l.mark == none {
		return l.cursor, l.cursor
	}
	return min(l.mark, l.cursor), max(l.mark, l.cursor)
}

// move carries out a move among the lines from first to last, of which rows are
// seen.
func (l *look) move(m Move, first, last, rows int) {
	page := max(rows-1, 1)
	switch m {
	case Up:
		l.cursor--
	case Down:
		l.cursor++
	case PageUp:
		l.cursor, l.top = l.cursor-page, l.top-page
	case PageDown:
		l.cursor, l.top = l.cursor+page, l.top+page
	case Top:
		l.cursor = first
	case Bottom:
		l.cursor = last
	case Mark:
		if l.mark == none {
			l.mark = l.cursor
		} else {
			l.mark = none
		}
	}
	l.settle(first, last, rows)
}

// settle keeps what is looked at within the lines that there are.
func (l *look) settle(first, last, rows int) {
	clamp := func(n, low, high int) int { return max(min(n, high), low) }
	l.cursor = clamp(l.cursor, first, last)
	if l.mark != none {
		l.mark = clamp(l.mark, first, last)
	}
	l.top = clamp(l.top, max(first, l.cursor-rows+1), min(l.cursor, last-rows+1))
}
