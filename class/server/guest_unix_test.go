//go:build unix

package server

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// looking is a guest at the control socket, and what it has heard.
type looking struct {
	*Look
	t     *testing.T
	heard chan string
	over  chan error
}

// look has somebody ask.
func (s *school) look(dir string, a Ask) *looking {
	s.t.Helper()
	l, err := OpenLook(context.Background(), dir, a)
	must(s.t, err)
	s.t.Cleanup(func() { l.Close() })
	g := &looking{l, s.t, make(chan string, 1000), make(chan error, 1)}
	l.Says = func(text string) { g.heard <- text }
	l.Sized = func(size sandbox.Size) { g.heard <- "sized" }
	go func() {
		b := make([]byte, 100)
		for {
			n, err := l.Read(b)
			if n > 0 {
				g.heard <- string(b[:n])
			}
			if err != nil {
				g.over <- errors.New(l.Why())
				return
			}
		}
	}()
	return g
}

func (g *looking) waitFor(want string) {
	g.t.Helper()
	all := ""
	for !strings.Contains(all, want) {
		select {
		case text := <-g.heard:
			all += text
		case <-time.After(enough):
			g.t.Fatalf("%q does not come; there was %q", want, all)
		case err := <-g.over:
			g.t.Fatalf("it ended (%v) before %q; there was %q", err, want, all)
		}
	}
}

func (g *looking) ends(want error) {
	g.t.Helper()
	select {
	case err := <-g.over:
		if err.Error() != want.Error() {
			g.t.Errorf("it ended with %v, not %v", err, want)
		}
	case <-time.After(enough):
		g.t.Fatalf("it does not end with %v", want)
	}
}

// controlled is a school with a control socket in a directory.
func controlled(t *testing.T) (*school, string) {
	s, dir := lingering(t, nil), t.TempDir()
	l, err := ListenControl(dir)
	must(t, err)
	done := make(chan struct{})
	go func() { defer close(done); s.server.Control(l) }()
	t.Cleanup(func() { l.Close(); <-done })
	return s, dir
}

// asked has the learner see the question.
func asked(s *school, key gossh.Signer) *window {
	w := s.window(s.connect("ada", key))
	w.waitFor("hello ada")
	return w
}

const yes = "\x14"

func TestGuestSeesNothingBeforeAYes(t *testing.T) {
	s, dir := controlled(t)
	w := asked(s, newKey(t))
	g := s.look(dir, Ask{Learner: "ada", As: "Grace"})
	g.waitFor("waiting for the answer")
	w.say("private")
	w.waitFor("Grace asks to look on. ctrl-t is yes")
	w.say("x" + yes)
	g.waitFor("drawn again")
	w.say("public")
	g.waitFor("echo public")
	w.waitFor("Grace can look on. ctrl-t ends it")
	g.Write([]byte("typed by the guest\n"))
	w.say("size")
	w.waitFor("size 80 24")
	w.say("size")
	w.waitFor("size 80 23") // one row is the bar's
	w.in.Write([]byte("\x1b[116;5u"))
	g.ends(errEnded)
	w.say("after")
	w.waitFor("echo after")
	if out := w.text(); strings.Contains(out, "typed by") || strings.Contains(out, "echo \x14") {
		t.Errorf("the window has %q", out)
	}
	for len(g.heard) > 0 {
		if text := <-g.heard; strings.Contains(text, "private") || strings.Contains(text, "after") {
			t.Errorf("the guest has seen %q", text)
		}
	}
}

func TestGuestTypes(t *testing.T) {
	s, dir := controlled(t)
	w := asked(s, newKey(t))
	g := s.look(dir, Ask{Learner: "ada", As: "Grace", Type: true})
	g.waitFor("waiting")
	g.Write([]byte("too early\n"))
	w.say("private")
	w.waitFor("Grace asks to look on and type")
	w.say(yes)
	g.waitFor("drawn again")
	g.Write([]byte("in time\n"))
	w.waitFor("echo in time")
	g.Close()
	w.say("still")
	w.waitFor("echo still")
	if strings.Contains(w.text(), "too early") {
		t.Error("the guest has typed without a yes")
	}
}

func TestWhenThereIsNobodyToLookAt(t *testing.T) {
	s, dir := controlled(t)
	s.look(dir, Ask{Learner: "ada"}).ends(errNobody)
	w := asked(s, newKey(t))
	first := s.look(dir, Ask{Learner: "ada", As: "Grace"})
	first.waitFor("waiting")
	s.look(dir, Ask{Learner: "ada", As: "Eve"}).ends(errOccupied)
	w.say("exit 0")
	first.ends(errAway)
}

func TestOnlyTheOwnerAsks(t *testing.T) {
	_, dir := controlled(t)
	st, err := os.Stat(ControlSocket(dir))
	must(t, err)
	if st.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v", st.Mode())
	}
	if _, err := OpenLook(t.Context(), t.TempDir(), Ask{}); err == nil {
		t.Error("a server that is none was asked")
	}
}

func TestBarComesBetweenSequences(t *testing.T) {
	for chunk, between := range map[string]bool{
		"text": true, "\x1b": false, "\x1b[": false, "\x1b[1;2": false, "\x1b[1;2H": true, "\x1b]0;title": false, "\x1b]0;title\a": true,
		"\x1b]0;title\x1b": false, "\x1b]0;title\x1b\\": true, "\x1bP": false, "\x1b(": false, "\x1b(B": true, "\x1b7": true, "é": true, "\xc3": false, "\xe2\x94": false, "─": true, "\x1b[1\x18": true,
	} {
		b := bar{text: "here", size: sandbox.Size{Rows: 5, Cols: 8}}
		if got := b.after([]byte(chunk)); (got != "") != between {
			t.Errorf("after %q: %q", chunk, got)
		}
	}
	b := bar{text: "four", size: sandbox.Size{Rows: 5, Cols: 6}}
	for _, c := range []struct {
		chunk string
		shown bool
	}{{"bye\x1b[?1049l", false}, {"a prompt", false}, {"\x1b[?1049h\x1b[2J", true}} {
		if got := b.after([]byte(c.chunk)); (got != "") != c.shown {
			t.Errorf("after %q comes %q", c.chunk, got)
		}
	}
	if got, want := b.after(nil), "\x1b7\x1b[5;1H\x1b[0;7mfour  \x1b[0m\x1b8"; got != want {
		t.Errorf("it is %q, not %q", got, want)
	}
}

func TestConsentIsTheKeyInAllItsForms(t *testing.T) {
	for typed, want := range map[string]bool{"\x14": true, "a\x14b": true, "\x1b[116;5u": true, "\x1b[116;133u": true, "\x1b[27;5;116~": true, "t": false, "T": false, "\x1b[116u": false, "\x1b[116;2u": false} {
		if got := consent.MatchString(typed); got != want {
			t.Errorf("%q: %v", typed, got)
		}
	}
}
