package terminal

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

// alone is an owner that nobody but the test gives anything to do.
func alone(t *testing.T, cols, rows int, out string) *owner {
	t.Helper()
	o := newOwner(cols, rows)
	go io.Copy(io.Discard, o.e)
	t.Cleanup(func() { o.e.InputPipe().(io.Closer).Close() })
	o.show(out)
	return o
}

func (o *owner) show(out string) {
	for o.rest = []byte(out); len(o.rest) > 0; {
		o.feed(o.rest)
	}
}

func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "\r\nline %d", i)
	}
	return b.String()
}

// rows are the lines of a frame without the blanks at their ends.
func rows(f Frame) string {
	var out []string
	for _, line := range strings.Split(text(f), "\n") {
		out = append(out, strings.TrimRight(line, " "))
	}
	return strings.Join(out, "|")
}

func TestLook(t *testing.T) {
	o := alone(t, 20, 4, numbered(30))
	for _, c := range []struct {
		move  Move
		shows string
		y     int
	}{
		{PageUp, "line 23|line 24|line 25|line 26", 3}, {Up, "line 23|line 24|line 25|line 26", 2}, {Top, "|line 0|line 1|line 2", 0},
		{Down, "|line 0|line 1|line 2", 1}, {PageUp, "|line 0|line 1|line 2", 0}, {Bottom, "line 26|line 27|line 28|line 29", 3},
		{PageDown, "line 26|line 27|line 28|line 29", 3},
	} {
		o.move(c.move)
		f := o.draw()
		wellFormed(t, f, 20, 4)
		if got := rows(f); got != c.shows || f.Y != c.y {
			t.Errorf("after move %d: %s, cursor in row %d; not %s, %d", c.move, got, f.Y, c.shows, c.y)
		}
	}
	o.move(PageUp)
	was := rows(o.draw())
	o.show("\r\nmore\r\nand more")
	if now := rows(o.draw()); now != was {
		t.Errorf("what is looked at moved when lines came: %s, was %s", now, was)
	}
	o.move(Mark)
	o.move(Up)
	if f := o.draw(); f.Marked != 2 || !strings.Contains(f.Lines[f.Y], "\x1b[7m") || o.marked() != "line 25\nline 26" {
		t.Errorf("%d lines are marked: %q\n%q", f.Marked, o.marked(), f.Lines)
	}
	o.move(Back)
	if got := rows(o.draw()); got != "line 28|line 29|more|and more" || o.marked() != "" {
		t.Errorf("back: %s, marked %q", got, o.marked())
	}
}

// TestPastForgets: what the program erases is gone, and nothing is kept of the
// alternate screen, to which looking does not go over.
func TestPastForgets(t *testing.T) {
	o := alone(t, 20, 4, numbered(30))
	o.show("\x1b[?1049h" + numbered(9))
	o.move(Top)
	if got := rows(o.draw()); got != "line 5|line 6|line 7|line 8" {
		t.Errorf("on the alternate screen: %s", got)
	}
	o.show("\x1b[?1049l")
	if o.look != nil || o.past.end() != 27 {
		t.Errorf("back on the main screen: looking %v, %d lines have left it", o.look != nil, o.past.end())
	}
	o.move(Top)
	o.show("\x1b[H\x1b[2J\x1b[3Jnew")
	if got := rows(o.draw()); got != "new|||" {
		t.Errorf("after clear: %s", got)
	}
}

// TestPastBound: the oldest lines go first.
func TestPastBound(t *testing.T) {
	o := alone(t, 20, 4, numbered(3*mostLines))
	o.move(Top)
	if got, want := rows(o.draw()), fmt.Sprintf("line %d|", 2*mostLines-4); !strings.HasPrefix(got, want) {
		t.Errorf("the oldest lines are %s, not %s", got, want)
	}
	if n := len(o.past.lines); n != mostLines {
		t.Errorf("%d lines are kept", n)
	}
}

// TestResizeKeepsTheCursor: where the screen becomes lower, the line of the
// cursor stays on it, and what was above can be looked at. Wide letters survive
// what is narrower than they are.
func TestResizeKeepsTheCursor(t *testing.T) {
	o := alone(t, 20, 8, "漢字漢字漢字漢字漢字"+numbered(6)+"\r\ntent# ")
	o.resize(20, 3)
	f := o.draw()
	if got := rows(f); got != "line 4|line 5|tent#" || f.Y != 2 || f.X != 6 {
		t.Errorf("%s, cursor at %d, %d", got, f.X, f.Y)
	}
	o.resize(9, 3)
	o.move(Top)
	f = o.draw()
	wellFormed(t, f, 9, 3)
	if got := rows(f); got != "漢字漢字|line 0|line 1" {
		t.Errorf("at the top: %s", got)
	}
}

// TestCursorShape: as the program asks for it, and as it was after a reset.
func TestCursorShape(t *testing.T) {
	o := alone(t, 20, 4, "")
	for out, want := range map[string]Frame{
		"\x1b[2 q": {Cursor: true, Steady: true}, "\x1b[3 q": {Cursor: true, Shape: Underline}, "\x1b[6 q": {Cursor: true, Shape: Bar, Steady: true},
		"\x1b[99 q": {Cursor: true}, "\x1b[6 q\x1b[?25l": {Shape: Bar, Steady: true}, "\x1b[6 q\x1b[?25l\x1bc": {Cursor: true},
	} {
		o.show("\x1bc" + out)
		if f := o.draw(); f.Cursor != want.Cursor || f.Shape != want.Shape || f.Steady != want.Steady {
			t.Errorf("%q: cursor %v, shape %d, steady %v", out, f.Cursor, f.Shape, f.Steady)
		}
	}
}

// TestPasted: what is pasted cannot end its bracket.
func TestPasted(t *testing.T) {
	if got, want := pasted("a\nb\r\nc\td\x1b[201~e\x03\u009bf"), "a\rb\rc\td[201~ef"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
}
