package terminal

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// program is the far side of a terminal: a test writes what it shows, and
// reads what it is sent.
type program struct {
	*io.PipeReader
	out *io.PipeWriter

	mu    sync.Mutex
	got   bytes.Buffer
	sizes []string
	deaf  chan struct{} // when set, writes wait for it
}

func newProgram() *program {
	r, w := io.Pipe()
	return &program{PipeReader: r, out: w}
}

func (p *program) Write(b []byte) (int, error) {
	if p.deaf != nil {
		<-p.deaf
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.got.Write(b)
}

func (p *program) Resize(cols, rows int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sizes = append(p.sizes, fmt.Sprint(cols, "x", rows))
	return nil
}

func (p *program) heard() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.got.String() + strings.Join(p.sizes, " ")
}

const deadline = 20 * time.Second

// until waits for a frame that is as it should be.
func until(t *testing.T, term *Terminal, what string, ok func(Frame) bool) Frame {
	t.Helper()
	found, last := make(chan Frame, 1), make(chan Frame, 1)
	go func() {
		var seen Frame
		for {
			f, more := term.Wait()
			if !more {
				last <- seen
				return
			}
			if seen = f; ok(f) {
				found <- f
				return
			}
		}
	}()
	select {
	case f := <-found:
		return f
	case f := <-last:
		t.Fatalf("the terminal ended before %s:\n%s", what, strings.Join(f.Lines, "\n"))
	case <-time.After(deadline):
		t.Fatalf("no frame with %s", what)
	}
	return Frame{}
}

func text(f Frame) string { return ansi.Strip(strings.Join(f.Lines, "\n")) }

func begin(t *testing.T, p *program, cols, rows int) *Terminal {
	t.Helper()
	term := New(p, cols, rows, Options{Panics: func(v any) { t.Errorf("panic: %v", v) }})
	t.Cleanup(func() {
		term.Close()
		p.out.Close()
	})
	return term
}

// wellFormed: every line is as wide as the terminal, and nothing in it is
// anything but text and colours.
func wellFormed(t *testing.T, f Frame, cols, rows int) {
	t.Helper()
	if len(f.Lines) != rows {
		t.Fatalf("%d lines, not %d", len(f.Lines), rows)
	}
	for _, line := range f.Lines {
		if w := ansi.StringWidth(line); w != cols {
			t.Errorf("a line is %d wide, not %d: %q", w, cols, line)
		}
		plain := line
		for {
			start := strings.IndexByte(plain, 0x1b)
			if start < 0 {
				break
			}
			end := strings.IndexByte(plain[start:], 'm')
			if end < 0 || strings.Trim(plain[start+1:start+end], "[0123456789;:") != "" {
				t.Fatalf("more than colours: %q", line)
			}
			plain = plain[:start] + plain[start+end+1:]
		}
		if !utf8.ValidString(plain) || strings.ContainsFunc(plain, acts) {
			t.Errorf("it acts: %q", plain)
		}
	}
}

// TestHostileOutput: it becomes cells and nothing else, and tells the program
// nothing that could be typed somewhere.
func TestHostileOutput(t *testing.T) {
	for name, out := range tuitest.Hostile {
		t.Run(name, func(t *testing.T) {
			p := newProgram()
			term := begin(t, p, 40, 20)
			go io.WriteString(p.out, tuitest.Marked(out, "END", 20))
			f := until(t, term, "END", func(f Frame) bool {
				wellFormed(t, f, 40, 20)
				if s := text(f); strings.Contains(s, "owned") && name != "c1" && name != "c1 dcs" && name != "media copy" {
					t.Errorf("it shows what it should have kept: %q", s)
				}
				return strings.Contains(text(f), "END")
			})
			wellFormed(t, f, 40, 20)
			if got := p.heard(); got != "" {
				t.Errorf("the program was told %q", got)
			}
		})
	}
}

// TestQuestions: a program that asks is answered, and one that asks without
// listening holds nothing up.
func TestQuestions(t *testing.T) {
	p := newProgram()
	term := begin(t, p, 20, 5)
	io.WriteString(p.out, "\x1b[2;3H\x1b[6n\x1b[1;1Hasked")
	until(t, term, "asked", func(f Frame) bool { return strings.Contains(text(f), "asked") })
	heard(t, p, "\x1b[2;3R")

	deaf := newProgram()
	deaf.deaf = make(chan struct{})
	defer close(deaf.deaf)
	term = begin(t, deaf, 20, 5)
	go io.WriteString(deaf.out, strings.Repeat("\x1b[6n\x1b[c", 20_000)+"\x1b[1;1Hstill here")
	until(t, term, "still here", func(f Frame) bool { return strings.Contains(text(f), "still here") })
}

func heard(t *testing.T, p *program, want string) {
	t.Helper()
	for end := time.Now().Add(deadline); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if strings.Contains(p.heard(), want) {
			return
		}
	}
	t.Errorf("the program heard %q, not %q", p.heard(), want)
}

// TestFlood: output without end is held back, keys go through, and the end is
// seen.
func TestFlood(t *testing.T) {
	p := newProgram()
	term := begin(t, p, 60, 20)
	var written int
	var mu sync.Mutex
	go func() {
		for {
			n, err := io.WriteString(p.out, "y\r\n")
			if err != nil {
				return
			}
			mu.Lock()
			written += n
			mu.Unlock()
		}
	}()
	for range 5 {
		until(t, term, "a flood", func(f Frame) bool { return strings.Contains(text(f), "y") })
	}
	mu.Lock()
	if most := 60 * 20 * 4 * 100; written > most {
		t.Errorf("%d bytes were taken in a few frames", written)
	}
	mu.Unlock()
	term.Key(uv.KeyPressEvent{Code: 'c', Mod: uv.ModCtrl})
	heard(t, p, "\x03")
	p.out.Close()
	until(t, term, "the end", func(f Frame) bool { return f.Ended })
	if _, more := term.Wait(); more {
		t.Error("there is a frame after the last")
	}
}

// TestKeys: what keys mean to a program; xterm's ctlseqs.
func TestKeys(t *testing.T) {
	for _, key := range []struct {
		press uv.KeyPressEvent
		want  string
	}{
		{uv.KeyPressEvent{Code: 'a', Text: "a"}, "a"},
		{uv.KeyPressEvent{Code: 'a', ShiftedCode: 'A', Mod: uv.ModShift, Text: "A"}, "A"},
		{uv.KeyPressEvent{Code: 'é', Text: "é"}, "é"},
		{uv.KeyPressEvent{Code: uv.KeySpace, Text: " "}, " "},
		{uv.KeyPressEvent{Code: uv.KeyEnter}, "\r"},
		{uv.KeyPressEvent{Code: uv.KeyBackspace}, "\x7f"},
		{uv.KeyPressEvent{Code: uv.KeyTab, Mod: uv.ModShift}, "\x1b[Z"},
		{uv.KeyPressEvent{Code: 'd', Mod: uv.ModCtrl}, "\x04"},
		{uv.KeyPressEvent{Code: 'd', Mod: uv.ModCtrl | uv.ModCapsLock}, "\x04"},
		{uv.KeyPressEvent{Code: 'x', Mod: uv.ModAlt}, "\x1bx"},
		{uv.KeyPressEvent{Code: uv.KeyUp}, "\x1b[A"},
		{uv.KeyPressEvent{Code: uv.KeyLeft, Mod: uv.ModCtrl}, "\x1b[1;5D"},
		{uv.KeyPressEvent{Code: uv.KeyHome, Mod: uv.ModShift}, "\x1b[1;2H"},
	} {
		p := newProgram()
		begin(t, p, 10, 2).Key(key.press)
		heard(t, p, key.want)
	}
}

func TestResizeAndPaste(t *testing.T) {
	p := newProgram()
	term := begin(t, p, 10, 2)
	term.Resize(30, 4)
	heard(t, p, "30x4")
	f := until(t, term, "the size", func(f Frame) bool { return len(f.Lines) == 4 })
	wellFormed(t, f, 30, 4)
	term.Resize(0, -3)
	f = until(t, term, "one cell", func(f Frame) bool { return len(f.Lines) == 1 })
	wellFormed(t, f, 1, 1)
	term.Paste("two words")
	heard(t, p, "two words")
	term.Close()
	term.Close()
	for range 2 * queueLength { // nobody is there: this must not wait
		term.Paste("x")
	}
}

// FuzzOutput: whatever is written, frames are well formed.
func FuzzOutput(f *testing.F) {
	for _, out := range tuitest.Hostile {
		f.Add([]byte(out), uint8(20), uint8(6))
	}
	f.Fuzz(func(t *testing.T, out []byte, cols, rows uint8) {
		width, height := int(cols%100)+1, int(rows%40)+1
		o := newOwner(width, height)
		go io.Copy(io.Discard, o.e)
		for o.rest = out; len(o.rest) > 0; {
			o.feed(o.rest)
		}
		wellFormed(t, o.draw(), width, height)
		o.move(PageUp)
		wellFormed(t, o.draw(), width, height)
		o.resize(width/2+1, height/2+1)
		wellFormed(t, o.draw(), width/2+1, height/2+1)
		o.move(Mark)
		o.move(Back)
		wellFormed(t, o.draw(), width/2+1, height/2+1)
	})
}
