//go:build unix

package server

import (
	"fmt"
	"io"
	"net"
	"testing"
	"time"
)

// pipes is a listener that is knocked at.
type pipes struct{ came chan net.Conn }

func (p pipes) Accept() (net.Conn, error) { return <-p.came, nil }
func (p pipes) Close() error              { return nil }
func (p pipes) Addr() net.Addr            { return &net.TCPAddr{} }

// knock makes one more connection.
func knock(t *testing.T, d *door) (*caller, net.Conn) {
	t.Helper()
	ours, theirs := net.Pipe()
	d.Listener.(pipes).came <- ours
	c, err := d.Accept()
	must(t, err)
	return c.(*caller), theirs
}

// closed tells whether the other side has hung up.
func closed(c net.Conn) bool {
	c.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := c.Read(make([]byte, 1))
	return err == io.EOF
}

func TestWhoGivesWayAtTheDoor(t *testing.T) {
	for _, test := range []struct {
		names string // of those who wait, a letter each; . has told none
		gone  int    // which of them is closed for one more
	}{
		{"....", 0}, {"a...", 1}, {"ab..", 2}, {"abb.", 1}, {"abcd", 0}, {".aaa", 1},
	} {
		d := newDoor(pipes{make(chan net.Conn, 1)}, len(test.names), enough)
		var far []net.Conn
		for _, name := range test.names {
			c, theirs := knock(t, d)
			if name != '.' {
				c.says(string(name))
			}
			far = append(far, theirs)
		}
		knock(t, d)
		for i, c := range far {
			if got, want := closed(c), i == test.gone; got != want {
				t.Errorf("%s: connection %d closed: %v", test.names, i, got)
			}
		}
		if len(d.waiting) != len(test.names) {
			t.Errorf("%s: %d wait", test.names, len(d.waiting))
		}
	}
}

func TestWhoIsInsideGivesNoWay(t *testing.T) {
	d := newDoor(pipes{make(chan net.Conn, 1)}, 1, enough)
	var inside []*caller
	for i := range connectionsEach + 1 {
		c, _ := knock(t, d)
		c.says("ada")
		if got, want := c.enter("ada"), i < connectionsEach; got != want {
			t.Fatalf("connection %d of ada's is let in: %v", i, got)
		}
		inside = append(inside, c)
	}
	inside[0].Close()
	inside[0].Close() // the library closes more than once
	if last := inside[connectionsEach]; !last.enter("ada") {
		t.Error("there is no room though one has left")
	}
	for _, c := range inside {
		c.Close()
	}
	if len(d.inside)+len(d.waiting) != 0 {
		t.Errorf("the door keeps %v and %v", d.inside, d.waiting)
	}
}

func TestAClientThatTakesNothing(t *testing.T) {
	d := newDoor(pipes{make(chan net.Conn, 1)}, 1, 10*time.Millisecond)
	c, _ := knock(t, d)
	if _, err := c.Write([]byte("x")); err == nil {
		t.Error("it was written to nobody")
	}
}

// TestACrowdAtTheDoor: connections that say nothing, or a name and no more, keep
// nobody out.
func TestACrowdAtTheDoor(t *testing.T) {
	s := open(t, nil)
	for i := range 3 * (strangers + 2*s.server.Learners) {
		c, err := net.Dial("tcp", s.address)
		must(t, err)
		t.Cleanup(func() { c.Close() })
		if i%2 == 0 {
			fmt.Fprint(c, "SSH-2.0-crowd\r\n")
		}
	}
	s.come(&person{name: "ada", answers: []string{s.class.Code, "a word"}})
}
