package terminal

import (
	"fmt"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/ansi/parser"
	"github.com/charmbracelet/x/vt"
)

// The emulator scrolls cell by cell: a line at the bottom of a large screen costs
// as much as a thousand letters. As terminals did that were too slow for their
// lines (DECSCLM off: jump scroll), several lines of plain text are made room for
// at once. What comes out is the same; TestJump compares.

// jumper knows when that may be done.
type jumper struct {
	parser *ansi.Parser // of all that the emulator gets: the emulator's own is not to be seen
	// Whether there are margins, so that not all of the screen scrolls: of the
	// main and of the alternate screen, between lines and between columns.
	lines, columns [2]bool
}

func newJumper(e *vt.Emulator) *jumper {
	j := &jumper{parser: ansi.NewParser()}
	j.parser.SetDataSize(1)
	e.RegisterCsiHandler('r', func(p ansi.Params) bool { // DECSTBM
		top, _, _ := p.Param(0, 1)
		bottom, _, _ := p.Param(1, e.Height())
		j.lines[screenOf(e)] = top > 1 || bottom != e.Height()
		return false
	})
	e.RegisterCsiHandler('s', func(ansi.Params) bool { // DECSLRM, unless it saves the cursor
		j.columns[screenOf(e)] = true
		return false
	})
	return j
}

// screenOf is 0 for the main screen and 1 for the alternate one.
func screenOf(e *vt.Emulator) int {
	if e.IsAltScreen() {
		return 1
	}
	return 0
}

// reset tells that all of both screens scrolls.
func (j *jumper) reset() { j.lines, j.columns = [2]bool{}, [2]bool{} }

// write gives b to the emulator, with room made for lines of plain text.
func (o *owner) write(b []byte) {
	for len(b) > 0 {
		n, lines := 0, 0
		if o.mayJump() {
			n, lines = plainLines(b, o.e.CursorPosition().X, o.cols, o.rows-1)
		}
		if lines > 1 {
			o.makeRoom(lines)
			write(o.e, b[:n])
		} else {
			n = toLineEnd(b)
			o.jump.advance(b[:n])
			write(o.e, b[:n])
		}
		b = b[n:]
	}
}

// mayJump tells whether what comes next is text and all of the screen scrolls. A
// cursor at the end of a line may be about to wrap.
func (o *owner) mayJump() bool {
	s := screenOf(o.e)
	return o.jump.parser.State() == parser.GroundState && !o.jump.lines[s] && !o.jump.columns[s] && o.e.CursorPosition().X < o.cols-1
}

// makeRoom scrolls by as many lines as are about to scroll one by one.
func (o *owner) makeRoom(lines int) {
	y := o.e.CursorPosition().Y
	if n := min(y+lines-(o.rows-1), y); n > 1 {
		write(o.e, fmt.Appendf(nil, "\x1b[%dS\x1b[%dA", n, n)) // SU, CUU
	}
}

func (j *jumper) advance(b []byte) {
	for _, c := range b {
		j.parser.Advance(c)
	}
}

// plainLines is how long the lines are, and how many, that b begins with, and
// that are ASCII, end within the screen and do nothing else. The first begins
// at column x.
func plainLines(b []byte, x, cols, most int) (n, lines int) {
	for i, c := range b {
		switch {
		case c == '\n':
			if n, lines = i+1, lines+1; lines == most {
				return n, lines
			}
		case c == '\r':
			x = 0
		case c >= ' ' && c < 0x7f && x < cols-1:
			x++
		default:
			return n, lines
		}
	}
	return n, lines
}

// toLineEnd is how long b is up to the end of its first line.
func toLineEnd(b []byte) int {
	for i, c := range b {
		if c == '\n' {
			return i + 1
		}
	}
	return len(b)
}
