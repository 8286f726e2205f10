package server

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// bar is a line at the foot of a learner's window that is the server's own: the
// program has one row less meanwhile. It is drawn after all that the program writes,
// where that ends between two sequences.
type bar struct {
	text string // "" for none
	size sandbox.Size
	scan scanner
	away bool // the program has left the screen, to come back or to end
}

// What a program enters the alternate screen with and leaves it; xterm's private
// mode 1049.
var enters, leaves = []byte("\x1b[?1049h"), []byte("\x1b[?1049l")

// after is what to write after a chunk of the program's.
func (b *bar) after(chunk []byte) string {
	b.scan.feed(chunk)
	if on, off := bytes.LastIndex(chunk, enters), bytes.LastIndex(chunk, leaves); on != off {
		b.away = off > on
	}
	if b.text == "" || b.away || !b.scan.between() { // the learner's own screen keeps no line of it
		return ""
	}
	text := []rune(b.text)
	text = text[:min(len(text), int(b.size.Cols))]
	pad := strings.Repeat(" ", int(b.size.Cols)-len(text))
	// Save the cursor, draw in reverse video, restore: DECSC, CUP, SGR, DECRC.
	return fmt.Sprintf("\x1b7\x1b[%d;1H\x1b[0;7m%s%s\x1b[0m\x1b8", b.size.Rows, string(text), pad)
}

// inside is the size that is left to the program.
func (b *bar) inside() sandbox.Size {
	size := b.size
	if b.text != "" {
		size.Rows = max(size.Rows-1, 1)
	}
	return size
}

// scanner tells whether what was written ends within a sequence; ECMA-48, sections
// 5.3 to 5.6, and within a character of UTF-8.
type scanner struct {
	at   scanning
	rest int // bytes of a character that are still to come
}

type scanning int

const (
	inText scanning = iota
	inEscape
	inControl
	inString
	inStringEscape
)

func (s *scanner) between() bool { return s.at == inText && s.rest == 0 }

func (s *scanner) feed(b []byte) {
	for _, c := range b {
		switch {
		case c == 0x18 || c == 0x1a: // CAN and SUB end everything
			s.at = inText
		case s.at == inText:
			s.text(c)
		default:
			s.at = next(s.at, c)
		}
	}
}

func (s *scanner) text(c byte) {
	switch {
	case c == 0x1b:
		s.at, s.rest = inEscape, 0
	case c >= 0xf0:
		s.rest = 3
	case c >= 0xe0:
		s.rest = 2
	case c >= 0xc0:
		s.rest = 1
	case c >= 0x80:
		s.rest = max(s.rest-1, 0)
	default:
		s.rest = 0
	}
}

// next is where a sequence goes on after a byte.
func next(at scanning, c byte) scanning {
	switch {
	case at == inString && c == 0x07: // xterm's end of a string
		return inText
	case at == inString && c == 0x1b:
		return inStringEscape
	case at == inString:
		return inString
	case c == 0x1b:
		return inEscape
	case at == inControl && (c < 0x40 || c > 0x7e):
		return inControl
	case at == inEscape && c == '[':
		return inControl
	case at == inEscape && strings.IndexByte("]P_^X", c) >= 0: // OSC, DCS, APC, PM, SOS
		return inString
	case at == inEscape && c >= 0x20 && c <= 0x2f:
		return inEscape
	}
	return inText
}
