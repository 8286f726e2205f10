package terminal

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// owner is the emulator, what has left it and what has not been shown of it.
// It belongs to one goroutine.
type owner struct {
	e          *vt.Emulator
	cols, rows int
	cursor     bool
	shape      Shape
	steady     bool
	jump       *jumper
	past       past
	look       *look         // nil: the learner sees what the program shows now
	rest       []byte        // read from the program and not yet fed
	dirty      bool          // changed since the last frame
	waiting    bool          // for the tick: no frame is made
	spent      time.Duration // on output since the last frame
	tick       *time.Timer
}

func newOwner(cols, rows int) *owner {
	e := vt.NewEmulator(cols, rows)
	limitCounts(e)
	ignoreUnheard(e)
	keepNoAlternateLines(e)
	o := &owner{e: e, jump: newJumper(e), cols: cols, rows: rows, cursor: true, dirty: true}
	e.SetScrollbackSize(mostScrolled(rows))
	e.SetCallbacks(vt.Callbacks{
		CursorVisibility: func(visible bool) { o.cursor = visible },
		CursorStyle:      func(s vt.CursorStyle, steady bool) { o.shape, o.steady = shapeOf(s), steady },
		AltScreen:        func(bool) { o.keepScrolled(); o.look = nil },
	})
	e.RegisterEscHandler('c', func() bool { // RIS: of the cursor the emulator says nothing
		o.cursor, o.shape, o.steady = true, Block, false
		o.jump.reset()
		return false
	})
	e.RegisterCsiHandler('J', func(p ansi.Params) bool { // ED 3 erases what has been kept, too
		if n, _, _ := p.Param(0, 0); n == 3 && !e.IsAltScreen() {
			o.past.forget()
		}
		return false
	})
	return o
}

func shapeOf(s vt.CursorStyle) Shape {
	switch s {
	case vt.CursorUnderline:
		return Underline
	case vt.CursorBar:
		return Bar
	}
	return Block
}

// mostScrolled is how many lines one feed may push off the screen: one for each
// line end, and one for each line that is full.
func mostScrolled(rows int) int { return (1 + feedBytes) * rows }

// feedBytes is how many bytes a frame takes for each cell: a cell has colours,
// and letters of several bytes.
const feedBytes = 4

// frameBudget is the time that output may take between two frames: what comes
// faster waits, and holds its program back.
const frameBudget = 2 * time.Millisecond

// take feeds b as far as there is time, and at least a screenful.
func (o *owner) take(b []byte) {
	begin := time.Now()
	for o.feed(b); len(o.rest) > 0 && o.spent+time.Since(begin) < frameBudget; {
		o.feed(o.rest)
	}
	o.spent += time.Since(begin)
}

// feed shows about a screenful of b and keeps what is left: no more lines than
// there are rows, as a line end costs a scroll, the dearest thing there is; and
// of bytes a few times the cells.
func (o *owner) feed(b []byte) {
	n, lines := min(len(b), feedBytes*o.cols*o.rows), 0
	for i := range n {
		if b[i] == '\n' {
			if lines++; lines == o.rows {
				n = i + 1
				break
			}
		}
	}
	o.write(b[:n])
	o.keepScrolled()
	o.rest, o.dirty = b[n:], true
}

// write survives what the emulator cannot take: the rest of the piece is lost.
func write(e *vt.Emulator, b []byte) {
	defer func() { _ = recover() }()
	_, _ = e.Write(b)
}

// keepScrolled takes over the lines that have left the screen.
func (o *owner) keepScrolled() {
	scrolled := o.e.Scrollback().Lines()
	for _, cells := range scrolled { // without the blanks at the end, be it half of a wide letter
		o.past.add(strings.TrimRight(drawn(cells.At, min(len(cells)+1, o.cols)), " "))
	}
	clear(scrolled)
	o.e.ClearScrollback()
	if o.look != nil {
		first, last := o.span()
		o.look.settle(first, last, o.rows)
	}
}

// span is the first and the last line that can be looked at. Nothing is kept of
// the alternate screen.
func (o *owner) span() (first, last int) {
	first = o.past.first
	if o.e.IsAltScreen() {
		first = o.past.end()
	}
	return first, o.past.end() + o.rows - 1
}

func (o *owner) move(m Move) {
	o.dirty = true
	if m == Back {
		o.look = nil
		return
	}
	if o.look == nil {
		o.look = &look{top: o.past.end(), cursor: o.past.end() + o.e.CursorPosition().Y, mark: none}
	}
	first, last := o.span()
	o.look.move(m, first, last, o.rows)
}

// resize keeps the line that the cursor is at on the screen: what has no room
// leaves it at the top, as on a terminal.
func (o *owner) resize(cols, rows int) {
	if over := o.e.CursorPosition().Y + 1 - rows; over > 0 && !o.e.IsAltScreen() {
		o.shift(over)
	}
	o.cols, o.rows, o.dirty = cols, rows, true
	o.e.Resize(cols, rows)
	o.jump.reset() // as the emulator does
	o.e.SetScrollbackSize(mostScrolled(rows))
	if o.look != nil {
		first, last := o.span()
		o.look.settle(first, last, rows)
	}
}

// shift moves the lines of the main screen up by n, into the past.
func (o *owner) shift(n int) {
	for y := range n {
		o.past.add(strings.TrimRight(o.screenLine(y), " "))
	}
	for y := range o.rows {
		for x := range o.cols {
			o.e.SetCell(x, y, nil)
		}
		for x := range o.cols {
			if c := o.e.CellAt(x, y+n); c != nil && c.Width > 0 {
				o.e.SetCell(x, y, c)
			}
		}
	}
}

func (o *owner) screenLine(y int) string { return line(o.e, y, o.cols) }

// numbered is the line of that number.
func (o *owner) numbered(n int) string {
	if kept := n - o.past.first; kept < len(o.past.lines) {
		return fit(o.past.lines[max(kept, 0)], o.cols)
	}
	return o.screenLine(n - o.past.end())
}

// marked is the text of the marked lines.
func (o *owner) marked() string {
	if o.look == nil {
		return ""
	}
	first, last := o.look.marked()
	var text []string
	for n := first; n <= last; n++ {
		text = append(text, strings.TrimRight(ansi.Strip(o.numbered(n)), " "))
	}
	return strings.Join(text, "\n")
}

// draw makes a frame of what the learner sees.
func (o *owner) draw() Frame {
	if o.look == nil {
		f := draw(o.e, o.cols, o.rows, o.cursor)
		f.Shape, f.Steady = o.shape, o.steady
		return f
	}
	l := o.look
	from, to := l.marked()
	f := Frame{Lines: make([]string, o.rows), Y: l.cursor - l.top, Cursor: true, Steady: true, Above: l.top - o.past.first}
	for y := range o.rows {
		f.Lines[y] = o.numbered(l.top + y)
		if n := l.top + y; l.mark != none && n >= from && n <= to {
			f.Lines[y] = ansi.SGR(ansi.AttrReverse) + ansi.Strip(f.Lines[y]) + ansi.ResetStyle
		}
	}
	if l.mark != none {
		f.Marked = to - from + 1
	}
	return f
}
