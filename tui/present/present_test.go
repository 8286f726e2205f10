package present

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
)

func wall(t *testing.T) (*Wall, string) {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "talk", "present.sock")
	w, err := Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	return w, socket
}

func notes(t *testing.T, socket string) *Notes {
	t.Helper()
	n, err := Dial(socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

// TestTalk: notes that come late hear where the wall is, all hear where it
// goes, keys arrive, and the end is told.
func TestTalk(t *testing.T) {
	w, socket := wall(t)
	if err := w.Tell(State{Step: "one", Notes: "look\nhere"}); err != nil {
		t.Fatal(err)
	}
	a, b := notes(t, socket), notes(t, socket)
	for _, n := range []*Notes{a, b} {
		if s, err := n.Hear(); err != nil || s.Step != "one" || s.Notes != "look\nhere" {
			t.Fatalf("heard %+v, %v", s, err)
		}
	}
	for _, press := range []struct {
		key    string
		passes bool
	}{{"n", true}, {"ctrl+c", false}, {"K", false}, {"enter", true}} {
		if err := b.Press(press.key); err != nil {
			t.Fatal(err)
		}
		if press.passes {
			if got := <-w.Keys(); got != press.key {
				t.Errorf("pressed %s, the wall got %s", press.key, got)
			}
		}
	}
	if err := w.Tell(State{Step: "two"}); err != nil {
		t.Fatal(err)
	}
	if s, err := a.Hear(); err != nil || s.Step != "two" {
		t.Errorf("heard %+v, %v", s, err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if _, err := a.Hear(); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
	if _, err := os.Stat(socket); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
}

// TestOneTalk: a second one is refused, one that was killed is replaced, and
// nobody else may open the socket.
func TestOneTalk(t *testing.T) {
	w, socket := wall(t)
	if _, err := Listen(socket); !errors.Is(err, ErrRunning) {
		t.Errorf("a second talk: %v", err)
	}
	if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false)
	left.Close()
	again, err := Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

// TestStrangers: what is no key of a talk ends the connection, and does
// nothing.
func TestStrangers(t *testing.T) {
	for _, line := range []string{"hello", `{"press":"n"}`, fmt.Sprintf(`{"schema":%q,"press":"ctrl+c"}`, Schema), "\x00\xff"} {
		w, socket := wall(t)
		c, err := net.Dial("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(c, line)
		if n, err := c.Read(make([]byte, 1)); err == nil {
			t.Errorf("%q: %d bytes came back", line, n)
		}
		c.Close()
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		if k, ok := <-w.Keys(); ok {
			t.Errorf("%q pressed %s", line, k)
		}
	}
}
