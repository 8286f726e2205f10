// Package terminal shows a program's terminal inside a pane: an emulator that
// is fed from a pseudo terminal and drawn as lines of cells.
//
// Use it for what comes out of a sandbox and is meant to be a terminal, such as
// a shell. For single strings from a sandbox use facts.Clean instead.
//
// What the program writes is hostile. It reaches the real terminal only as
// cells: no control character, no format character, no hyperlink, no title and
// no cell that is wider than it says. What it asks of the terminal (cursor
// position, attributes) is answered to the program and nobody else. Only what
// the learner has marked gets out by [Terminal.Marked], as text. The emulator is
// read at most a screenful per frame and the pseudo terminal holds the program
// back, so that `yes` costs little and keys are never late.
//
// One goroutine owns the emulator. Key, Paste, Resize and Look only put
// something in its queue and Latest only receives, so none of them makes a
// caller wait for the program inside. When the queue is full, input is dropped,
// as a real terminal line does. [Frames] waits for several terminals.
//
// The package returns no errors: a program that ends, or a stream that fails,
// is the last [Frame], with Ended set. It follows ECMA-48 and XTerm Control
// Sequences as far as github.com/charmbracelet/x/vt does.
package terminal

import (
	"io"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
)

// Stream is the near side of a program's pseudo terminal. Read fails when the
// program is gone. All methods are called from goroutines of this package.
type Stream interface {
	io.ReadWriter
	// Resize tells the program the size in character cells.
	Resize(cols, rows int) error
}

// Frame is what the terminal looked like at one moment.
type Frame struct {
	// Lines are as many as there are rows; each is exactly as wide as there are
	// columns, and ends with its styles reset.
	Lines []string
	// X and Y are the cursor's cell, from 0; it is drawn when Cursor is set.
	X, Y   int
	Cursor bool
	Shape  Shape
	Steady bool // it does not blink
	// Above is how many lines there are above the first of Lines, and Marked
	// how many the learner has marked, while looking back.
	Above, Marked int
	// Ended is set on the last frame: the program is gone.
	Ended bool
}

// Shape is how a program wants its cursor drawn; xterm's DECSCUSR.
type Shape int

// The shapes.
const (
	Block Shape = iota
	Underline
	Bar
)

// frameTime is the time between two frames: output that comes faster waits.
const frameTime = time.Second / 60

// queueLength bounds what was typed and not taken yet.
const queueLength = 256

// Terminal is one program's terminal. Make it with New, end it with Close.
type Terminal struct {
	stream  Stream
	opt     Options
	events  chan any      // input, resizes: what the owner of the emulator shall do
	chunks  chan []byte   // what the program wrote
	reader  chan error    // the stream's end
	replies chan []byte   // to the program
	frames  chan Frame    // newest frame, at most one waits
	done    chan struct{} // closed by Close
	ended   chan struct{} // closed when the owner is finished
}

type (
	keyEvent    uv.KeyPressEvent
	pasteEvent  string
	resizeEvent struct{ cols, rows int }
	lookEvent   Move
	markedEvent chan<- string // who wants to know
)

// Options are what a terminal may have besides a program.
type Options struct {
	// Panics is called for a panic in a goroutine of the terminal's, and must not
	// return to a caller that expects it to go on; nil lets it crash the program.
	Panics func(value any)
	// Frames hears of each new frame; nil for none.
	Frames *Frames
}

// New starts to show the stream in a terminal of that size.
func New(s Stream, cols, rows int, o Options) *Terminal {
	t := &Terminal{
		stream: s, opt: o,
		events: make(chan any, queueLength), chunks: make(chan []byte), reader: make(chan error, 1),
		replies: make(chan []byte, queueLength), frames: make(chan Frame, 1),
		done: make(chan struct{}), ended: make(chan struct{}),
	}
	owner := newOwner(max(cols, 1), max(rows, 1))
	t.guard(func() { t.read() })
	t.guard(func() { t.reply() })
	t.guard(func() { t.collect(owner.e) })
	t.guard(func() { t.own(owner) })
	return t
}

func (t *Terminal) guard(f func()) {
	go func() {
		defer func() {
			if t.opt.Panics == nil {
				return
			}
			if v := recover(); v != nil {
				t.opt.Panics(v)
			}
		}()
		f()
	}()
}

// Key sends a key to the program.
func (t *Terminal) Key(k uv.KeyPressEvent) { t.post(keyEvent(k)) }

// Paste sends text without control characters, bracketed when the program asked for that.
func (t *Terminal) Paste(text string) { t.post(pasteEvent(text)) }

// Resize changes the size in character cells; less than one becomes one.
func (t *Terminal) Resize(cols, rows int) { t.post(resizeEvent{max(cols, 1), max(rows, 1)}) }

// Look shows lines that have left the screen, or moves among those shown, until
// it is told to go Back; see [Move].
func (t *Terminal) Look(m Move) { t.post(lookEvent(m)) }

// Marked waits for the text of the marked lines, or of the line that the cursor
// is at when none is. It is empty when the learner is not looking back.
func (t *Terminal) Marked() string {
	answer := make(chan string, 1)
	t.post(markedEvent(answer))
	select {
	case text := <-answer:
		return text
	case <-t.ended:
		return ""
	}
}

func (t *Terminal) post(event any) {
	select {
	case t.events <- event:
	default: // the program takes nothing: what is typed is lost
	}
}

// Wait waits for the next frame. After the last one, and after Close, it
// returns false.
func (t *Terminal) Wait() (Frame, bool) {
	select {
	case f := <-t.frames:
		return f, true
	case <-t.ended:
	}
	return t.Latest() // the last frame may have come together with the end
}

// Latest is the newest frame that was not taken yet, if there is one.
func (t *Terminal) Latest() (Frame, bool) {
	select {
	case f := <-t.frames:
		return f, true
	default:
		return Frame{}, false
	}
}

// Close stops the terminal. It does not end the program nor close the stream:
// a read that still waits for the program ends with the stream.
func (t *Terminal) Close() {
	select {
	case <-t.done:
	default:
		close(t.done)
	}
}
