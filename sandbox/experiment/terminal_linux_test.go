package experiment

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// until reads from a terminal until it has shown a text.
func (t *Terminal) until(test *testing.T, text string) {
	test.Helper()
	var shown []byte
	for b := make([]byte, 4096); !bytes.Contains(shown, []byte(text)); {
		n, err := t.Read(b)
		shown = append(shown, b[:n]...)
		if err != nil {
			test.Fatalf("it shows %q, not %q: %v", shown, text, err)
		}
	}
}

// TestTerminal: what is typed arrives, with the size, and the end of the
// conversation hangs up.
func TestTerminal(t *testing.T) {
	s, err := Raise(t.Context(), sandbox.Spec{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	term, err := OpenTerminal(t.Context(), s, 90, 33, []string{"PS1=here> "}, "sh")
	if err != nil {
		t.Fatal(err)
	}
	enter := func(line string) {
		if _, err := term.Write([]byte(line + "\n")); err != nil {
			t.Fatal(err)
		}
	}
	term.until(t, "here> ")
	enter("stty size")
	term.until(t, "33 90")
	if err := term.Resize(70, 20); err != nil {
		t.Fatal(err)
	}
	enter("stty size")
	term.until(t, "20 70")
	enter("yes | head -n 1; echo $?-gone") // SIGPIPE is as ever
	term.until(t, "0-gone")
	if err := term.Close(); err != nil {
		t.Error(err)
	}
	select {
	case <-term.talk.Process.Done():
	default:
		t.Error("closed, and the act still runs")
	}
	if _, err := term.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("typed after the end: %v", err)
	}
	if _, err := term.Read(make([]byte, 1)); !errors.Is(err, os.ErrClosed) {
		t.Errorf("read after the end: %v", err)
	}
}

// TestTerminalEnds: when the command ends the stream does, and one that is not
// there is an error.
func TestTerminalEnds(t *testing.T) {
	s, err := Raise(t.Context(), sandbox.Spec{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	term, err := OpenTerminal(t.Context(), s, 80, 24, nil, "sh", "-c", "echo last")
	if err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(term)
	if string(said) != "last\r\n" || err != nil {
		t.Errorf("it shows %q, %v", said, err)
	}
	if err := term.Close(); err != nil {
		t.Error(err)
	}
	if _, err := OpenTerminal(t.Context(), s, 80, 24, nil, "no-such-command"); err == nil {
		t.Error("it was started")
	}
}
