//go:build unix

package server

import (
	"net"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// lingering is a school whose programs wait.
func lingering(t *testing.T, change func(*Config)) *school {
	return open(t, func(c *Config) {
		c.Linger = time.Hour
		if change != nil {
			change(c)
		}
	})
}

// connect logs somebody in who has the key of the first time.
func (s *school) connect(name string, key gossh.Signer) *gossh.Client {
	s.t.Helper()
	p := &person{name: name, keys: []gossh.Signer{key}, answers: []string{s.class.Code}}
	c, err := s.dial(p)
	if err != nil {
		s.t.Fatalf("%s is not let in: %v; told %q", name, err, p.told)
	}
	return c
}

func TestBrokenConnectionComesBackToItsProgram(t *testing.T) {
	s, key := lingering(t, nil), newKey(t)
	c := s.connect("ada", key)
	first := s.window(c)
	first.waitFor("hello ada")
	first.say("remember heron")
	first.waitFor("remembered")
	c.Close()
	s.left(1)
	again := s.window(s.connect("ada", key))
	again.waitFor("drawn again")
	again.say("recall")
	again.waitFor("heron")
	if strings.Contains(again.text(), "hello") || len(s.tents.raised) != 1 {
		t.Errorf("%d tents were raised, and the window has %q", len(s.tents.raised), again.text())
	}
	again.say("exit 3")
	if code := again.status(); code != 3 {
		t.Errorf("it ended with %d", code)
	}
}

// left waits until so many windows are gone.
func (s *school) left(n int) {
	s.t.Helper()
	for limit := time.Now().Add(enough); strings.Count(s.log.String(), "msg=left") < n; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			s.t.Fatalf("%d windows are not gone\n%s", n, s.log.String())
		}
	}
}

func TestClosedWindowOfALivingConnectionLeavesItsSeat(t *testing.T) {
	s, key := lingering(t, nil), newKey(t)
	c := s.connect("ada", key)
	first := s.window(c)
	first.waitFor("hello ada")
	first.Close()
	s.left(1)
	s.window(c).waitFor("drawn again")
}

func TestSecondWindowIsItsOwn(t *testing.T) {
	s, key := lingering(t, nil), newKey(t)
	first := s.window(s.connect("ada", key))
	first.waitFor("hello ada")
	second := s.window(s.connect("ada", key))
	second.waitFor("hello ada")
	second.say("exit 0")
	second.status()
	first.say("still")
	first.waitFor("echo still")
	if n := s.tents.standing(); n != 1 {
		t.Errorf("%d tents stand", n)
	}
}

// TestSilentConnectionGivesItsSeatAway: a laptop that is shut does not say so.
func TestSilentConnectionGivesItsSeatAway(t *testing.T) {
	s, key := lingering(t, nil), newKey(t)
	line := newLine(t, s.address)
	c, err := s.dialAt(line.address, &person{name: "ada", keys: []gossh.Signer{key}, answers: []string{s.class.Code}})
	must(t, err)
	first := s.window(c)
	first.waitFor("hello ada")
	line.cut()
	second := s.window(s.connect("ada", key))
	second.waitFor("drawn again")
}

// line is a cable to the server that can be cut: then nothing comes through, not
// even that.
type line struct {
	address string
	end     chan struct{}
}

func newLine(t *testing.T, to string) *line {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	w := &line{address: l.Addr().String(), end: make(chan struct{})}
	t.Cleanup(func() { l.Close() })
	go func() {
		near, err := l.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", to)
		if err != nil {
			near.Close()
			return
		}
		t.Cleanup(func() { near.Close(); far.Close() })
		go w.carry(near, far)
		go w.carry(far, near)
	}()
	return w
}

// carry passes on until the line is cut.
func (w *line) carry(from, to net.Conn) {
	b := make([]byte, 4096)
	for {
		n, err := from.Read(b)
		select {
		case <-w.end:
			return
		default:
		}
		to.Write(b[:n])
		if err != nil {
			to.Close()
			return
		}
	}
}

func (w *line) cut() { close(w.end) }

func TestLingeringEnds(t *testing.T) {
	for what, change := range map[string]func(*Config){
		"nobody came":  func(c *Config) { c.Linger = time.Millisecond },
		"idle":         func(c *Config) { c.Idle = 200 * time.Millisecond },
		"total":        func(c *Config) { c.Total = 200 * time.Millisecond },
		"others waits": func(c *Config) { c.Learners = 1 },
	} {
		t.Run(what, func(t *testing.T) {
			s := lingering(t, change)
			c := s.connect("ada", newKey(t))
			s.window(c)
			c.Close()
			s.left(1)
			if what == "others waits" {
				s.window(s.connect("bob", newKey(t))).waitFor("hello bob")
				return
			}
			for limit := time.Now().Add(enough); s.tents.standing() > 0; time.Sleep(5 * time.Millisecond) {
				if time.Now().After(limit) {
					t.Fatal("the tent stands")
				}
			}
		})
	}
}
