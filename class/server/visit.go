package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/ssh"

	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/sandbox"
)

// Why a session ends, other than by its own program: sentences for the learner.
var (
	errIdle  = errors.New("nothing was typed for a while, so this session has ended. What you have done is kept")
	errTotal = errors.New("this session has lasted as long as one may. What you have done is kept: log in again")
	errEnd   = errors.New("the teacher has ended the class for now. What you have done is kept")
	errGone  = errors.New("this class was removed, with all that was kept of it")
	errLeft  = errors.New("the connection is closed")
)

// terminalKey finds the terminal that a session has asked for.
type terminalKey struct{ s ssh.Session }

// keepTerminal notes what terminal a session is on. None is made here: the tent
// has terminals, and what they write is passed on as it is.
func keepTerminal(ctx ssh.Context, s ssh.Session, terminal ssh.Pty) (func() error, error) {
	ctx.SetValue(terminalKey{s}, terminal)
	return func() error { return nil }, nil
}

// terminalOf is the terminal that a session has asked for. One that has asked for
// anything else is refused.
func terminalOf(session ssh.Session) (terminal ssh.Pty, ok bool) {
	terminal, ok = session.Context().Value(terminalKey{session}).(ssh.Pty)
	switch {
	case session.RawCommand() != "":
		refuseCommand(session)
		return terminal, false
	case !ok:
		refuse(session, "a terminal is what it needs. Log in without -T, or with -t")
	}
	return terminal, ok
}

// visit is one window of a learner.
func (s *Server) visit(session ssh.Session) {
	who := session.Permissions().Extensions
	if who[teacherKey] != "" {
		s.teach(session, who[teacherKey])
		return
	}
	id, err := strconv.ParseInt(who[learnerID], 10, 64)
	if err != nil {
		refuse(session, "you are not logged in")
		return
	}
	l := store.Learner{ID: id, Name: who[learnerName]}
	terminal, ok := terminalOf(session)
	if !ok {
		return
	}
	if !s.visits.allow(l.Name) {
		refuse(session, "you have just come in many times. Wait a few seconds")
		return
	}
	begin := time.Now()
	s.Log.Info("came", "learner", l.ID, "name", l.Name)
	code, err := s.host(session, l, terminal)
	s.Log.Info("left", "learner", l.ID, "name", l.Name, "stayed", time.Since(begin).Round(time.Second), "status", code, "why", err)
	if err != nil {
		refuse(session, err.Error())
		return
	}
	session.Exit(code)
}

// host shows a program of the learner's until it ends, or the window goes.
func (s *Server) host(session ssh.Session, l store.Learner, terminal ssh.Pty) (int, error) {
	at, _ := session.Context().Value(connectionKey{}).(*connection)
	w := &viewer{out: session, at: at, left: make(chan struct{})}
	t, again, err := s.place(session.Context(), l, w, terminal)
	if err != nil {
		return 1, err
	}
	_, windows, _ := session.Pty()
	closed := make(chan struct{})
	go func() { defer close(closed); follow(t, windows, again) }()
	go io.Copy(t, session)
	select {
	case <-t.ended:
		return t.status, t.why
	case <-session.Context().Done():
	case <-closed: // this window, and not the connection
	}
	t.rise(w, s.Linger)
	return 1, errLeft
}

// place finds the learner a seat: one that a broken connection has left, or a new
// one. Again tells which.
func (s *Server) place(ctx context.Context, l store.Learner, w *viewer, terminal ssh.Pty) (t *seat, again bool, err error) {
	for _, t := range s.camp.seats(l) {
		if old := t.taken(); old != nil && old.at != w.at && !old.at.answers(reply) {
			<-old.left
		}
		if t.sit(w) {
			return t, true, nil
		}
	}
	h, err := s.camp.enter(ctx, l)
	if err != nil {
		return nil, false, forLearner(err)
	}
	p, err := h.tent.Start(ctx, termOf(terminal.Term), sizeOf(terminal.Window))
	if err != nil {
		s.camp.leave(h, nil)
		s.Log.Error("start tentpole", "learner", l.ID, "name", l.Name, "error", err)
		return nil, false, forLearner(err)
	}
	t = newSeat(l, p, s.Linger, s.spare)
	t.sit(w)
	s.camp.seat(h, t)
	go s.mind(h, t)
	return t, false, nil
}

// follow passes on the sizes of the window, until it is closed: whoever sends them
// waits. In the first, a program that was there before draws everything again.
func follow(t *seat, windows <-chan ssh.Window, again bool) {
	for w := range windows {
		t.resize(sizeOf(w))
		if again {
			t.again()
			again = false
		}
	}
}

func sizeOf(w ssh.Window) sandbox.Size {
	cell := func(n int) uint16 { return uint16(min(max(n, 1), 1000)) }
	return sandbox.Size{Rows: cell(w.Height), Cols: cell(w.Width)}
}

// termOf is the kind of a terminal, if it can be one: it becomes a part of an
// environment.
func termOf(word string) string {
	const long = 40
	odd := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-+._", r))
	}
	if word == "" || len(word) > long || strings.ContainsFunc(word, odd) {
		return "xterm"
	}
	return word
}

// forLearner is an error in words for somebody who cannot do anything about it.
func forLearner(err error) error {
	for _, known := range []error{errFull, errWindow, errClosed} {
		if errors.Is(err, known) {
			return known
		}
	}
	return errors.New("your tent could not be raised. The teacher's screen says why")
}

// refuse ends a session with a sentence.
func refuse(session ssh.Session, why string) {
	fmt.Fprintf(session.Stderr(), "tentpole: %s.\r\n", why)
	session.Exit(1)
}

// refuseCommand answers who brings a command along.
func refuseCommand(session ssh.Session) {
	if name, _, _ := strings.Cut(session.RawCommand(), " "); name == "scp" || name == "rsync" {
		refuseFiles(session)
		return
	}
	refuse(session, "this server shows tentpole and runs no other command. Log in without one: there are shells inside")
}

// refuseFiles answers scp and sftp.
func refuseFiles(session ssh.Session) {
	refuse(session, "files are not copied in or out here. Your progress is kept by itself")
}
