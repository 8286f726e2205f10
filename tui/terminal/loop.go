package terminal

import (
	"bytes"
	"io"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"
)

// own is the only goroutine that touches the emulator.
func (t *Terminal) own(o *owner) {
	defer close(t.ended)
	if c, ok := o.e.InputPipe().(io.Closer); ok { // Emulator.Close would race with collect
		defer c.Close()
	}
	o.tick = time.NewTimer(0)
	defer o.tick.Stop()
	for {
		chunks := t.chunks
		if len(o.rest) > 0 || o.waiting && o.spent >= frameBudget {
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
			t.obey(o, event)
		case b := <-chunks:
			o.take(b)
		case <-o.tick.C:
			o.waiting, o.spent = false, 0
			if len(o.rest) > 0 {
				o.take(o.rest)
			}
		}
		if o.dirty && !o.waiting {
			t.publish(o.draw(), false)
			o.dirty, o.waiting = false, true
			o.tick.Reset(frameTime)
		}
	}
}

// publish leaves the frame for Wait, in place of one nobody took.
func (t *Terminal) publish(f Frame, last bool) {
	f.Ended = last
	select {
	case <-t.frames:
	default:
	}
	t.frames <- f
	t.opt.Frames.tell()
}

func (t *Terminal) obey(o *owner, event any) {
	switch event := event.(type) {
	case keyEvent:
		sendKey(o.e, uv.KeyPressEvent(event))
	case pasteEvent:
		o.e.Paste(pasted(string(event)))
	case resizeEvent:
		o.resize(event.cols, event.rows)
		_ = t.stream.Resize(event.cols, event.rows) // a program that is gone needs no size
	case lookEvent:
		o.move(Move(event))
	case markedEvent:
		event <- o.marked()
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
