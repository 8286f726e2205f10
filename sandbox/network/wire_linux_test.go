package network

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// TestWire joins three networks: who listens in one is reached from the others,
// and nothing of it is in the host's.
func TestWire(t *testing.T) {
	before, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	hub, one, two := newRoom(t), newRoom(t), newRoom(t)
	w, err := Wire(t.Context(), hub.netns, one.netns, two.netns)
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Tents) != 2 || !w.Net.Contains(w.Tents[1]) || w.Tents[0] == w.Tents[1] {
		t.Fatalf("addresses: %+v", w)
	}
	address := net.JoinHostPort(w.Tents[0].String(), "80")
	l := one.listen(t, "tcp", address)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			io.WriteString(conn, "here")
			conn.Close()
		}
	}()
	for _, from := range []*room{hub, two} {
		conn := from.dial(t, "tcp", address)
		if b, err := io.ReadAll(conn); string(b) != "here" {
			t.Errorf("read %q, %v", b, err)
		}
		conn.Close()
	}
	after, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	if len(after) != len(before) {
		t.Errorf("the host's links: %v before, %v after", before, after)
	}
}

// TestWireRefusesTheHost: in neither place may the host's own network stand.
func TestWireRefusesTheHost(t *testing.T) {
	host, err := OpenNamespace(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	defer host.Close()
	r := newRoom(t)
	for _, list := range [][]*os.File{{host, r.netns}, {r.netns, host}} {
		if _, err := Wire(t.Context(), list[0], list[1:]...); !errors.Is(err, unix.EINVAL) {
			t.Errorf("wired: %v", err)
		}
	}
}
