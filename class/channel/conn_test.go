package channel

import (
	"bufio"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
)

// said is what a conversation holds that one side writes like that, and hangs up.
func said(t *testing.T, raw string) *Conn {
	t.Helper()
	ours, theirs := net.Pipe()
	go func() {
		io.WriteString(theirs, raw) // an error is that nobody hears the rest
		theirs.Close()
	}()
	t.Cleanup(func() { ours.Close() })
	return NewConn(ours, MaxWord)
}

// TestReceive: one thing a line, until the end; what is no word is an error.
func TestReceive(t *testing.T) {
	c := said(t, `{"read":3}`+"\n"+`{"at":{"lesson":"mounts","step":"file"}}`+"\n")
	var first, second, none Word
	if err := errors.Join(c.Receive(&first), c.Receive(&second)); err != nil || first.Read != 3 || *second.At != (Place{"mounts", "file"}) {
		t.Fatalf("%+v, %+v, %v", first, second, err)
	}
	if err := c.Receive(&none); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
	if err := said(t, "hello\n").Receive(&none); err == nil || err == io.EOF {
		t.Errorf("what is no JSON: %v", err)
	}
	for bytes, want := range map[int]error{MaxWord - 2: nil, MaxWord: bufio.ErrTooLong, 1 << 20: bufio.ErrTooLong} {
		raw := `{"schema":"` + strings.Repeat("x", bytes-len(`{"schema":""}`)) + `"}`
		if err := said(t, raw+"\n").Receive(&none); err != want {
			t.Errorf("a line of %d bytes: %v, want %v", bytes, err, want)
		}
	}
}

// TestSendToNobody: who does not read is not waited for without end.
func TestSendToNobody(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	if err := NewConn(ours, MaxWord).Send(Word{}); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

// TestJoinOutsideOfAClass: there is none, and that is no error.
func TestJoinOutsideOfAClass(t *testing.T) {
	t.Setenv(Variable, "")
	if l, err := Join(); l != nil || err != nil {
		t.Errorf("%v, %v", l, err)
	}
	t.Setenv(Variable, t.TempDir()+"/none")
	if _, err := Join(); err == nil || !strings.Contains(err.Error(), "lessons go on without it") {
		t.Errorf("%v", err)
	}
}
