package terminal

import (
	"bytes"
	"io"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// own is the only goroutine that touches the emulator.
func (t *Terminal) own(e *vt.Emulator, cols, rows int) {
	defer close(t.ended)
	if c, ok := e.InputPipe().(io.Closer); ok { // Emulator.Close would race with collect
		defer c.Close()
	}
	o := owner{e: e, cols: cols, rows: rows, cursor: true, tick: time.NewTimer(0)}
	defer o.tick.Stop()
	e.SetCallbacks(vt.Callbacks{CursorVisibility: func(visible bool) { o.cursor = visible }})
	for o.dirty = true; ; {
		chunks := t.chunks
		if o.waiting {
			chunks = nil
		}
		select {
		case <-t.done:
			return
		case <-t.reader:
			for len(o.rest) > 0 {
				o.feed(o.rest)
			}
			t.publish(o.draw(), true)
			return
		case event := <-t.events:
			t.obey(&o, event)
		case b := <-chunks:
			o.feed(b)
		case <-o.tick.C:
			o.waiting = false
		}
		if o.waiting {
			continue
		}
		if len(o.rest) > 0 {
			o.feed(o.rest)
		}
		if o.dirty {
			t.publish(o.draw(), false)
			o.dirty, o.waiting = false, true
			o.tick.Reset(frameTime)
		}
	}
}

// owner is the emulator and what has not been shown of it.
type owner struct {
	e          *vt.Emulator
	cols, rows int
	cursor     bool
	rest       []byte // read from the program and not yet fed
	dirty      bool   // changed since the last frame
	waiting    bool   // for the tick: no output is taken and no frame made
	tick       *time.Timer
}

func (o *owner) draw() Frame { return draw(o.e, o.cols, o.rows, o.cursor) }

// feed shows about a screenful of b and keeps what is left: no more lines than
// there are rows, as a line end costs a scroll, the dearest thing there is; and
// of bytes a few times the cells, for colours and letters of several bytes.
func (o *owner) feed(b []byte) {
	n, lines := min(len(b), 4*o.cols*o.rows), 0
	for i := range n {
		if b[i] == '\n' {
			if lines++; lines == o.rows {
				n = i + 1
				break
			}
		}
	}
	write(o.e, b[:n])
	o.rest, o.dirty = b[n:], true
}

// publish leaves the frame for Wait, in place of one nobody took.
func (t *Terminal) publish(f Frame, last bool) {
	f.Ended = last
	select {
	case <-t.frames:
	default:
	}
	t.frames <- f
}

// write survives what the emulator cannot take: the rest of the piece is lost.
func write(e *vt.Emulator, b []byte) {
	defer func() { _ = recover() }()
	_, _ = e.Write(b)
}

func (t *Terminal) obey(o *owner, event any) {
	switch event := event.(type) {
	case keyEvent:
		sendKey(o.e, uv.KeyPressEvent(event))
	case pasteEvent:
		o.e.Paste(string(event))
	case resizeEvent:
		o.cols, o.rows, o.dirty = event.cols, event.rows, true
		o.e.Resize(event.cols, event.rows)
		_ = t.stream.Resize(event.cols, event.rows) // a program that is gone needs no size
	}
}

// read passes on what the program writes, no faster than it is taken.
func (t *Terminal) read() {
	for {
		b := make([]byte, 4096)
		n, err := t.stream.Read(b)
		if n > 0 {
			select {
			case t.chunks <- b[:n]:
			case <-t.done:
				return
			}
		}
		if err != nil {
			t.reader <- err
			return
		}
	}
}

// collect takes what the emulator has for the program, typed keys and answers
// to questions, and never lets the emulator wait: a program that asks and
// does not listen loses the answers.
func (t *Terminal) collect(e *vt.Emulator) {
	b := make([]byte, 4096)
	for {
		n, err := e.Read(b)
		if err != nil {
			return
		}
		select {
		case t.replies <- bytes.Clone(b[:n]):
		default:
		}
	}
}

// reply writes to the program, which may keep it waiting.
func (t *Terminal) reply() {
	for {
		select {
		case <-t.done:
			return
		case <-t.ended:
			return
		case b := <-t.replies:
			if _, err := t.stream.Write(b); err != nil {
				return
			}
		}
	}
}

// limitRepeats ignores REP with a count no honest program uses: each repeat is
// a printed character, and a few bytes could keep the emulator busy for long.
func limitRepeats(e *vt.Emulator) {
	e.RegisterCsiHandler('b', func(p ansi.Params) bool {
		n, _, _ := p.Param(0, 1)
		return n > e.Width()
	})
}
