package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"syscall"
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

// visit is one session of a learner.
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
	terminal, onTerminal := session.Context().Value(terminalKey{session}).(ssh.Pty)
	switch {
	case session.RawCommand() != "":
		refuseCommand(session)
		return
	case !onTerminal:
		refuse(session, "a terminal is what it needs. Log in without -T, or with -t")
		return
	case !s.visits.allow(l.Name):
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

// host has the learner's program run until one of them ends it.
func (s *Server) host(session ssh.Session, l store.Learner, terminal ssh.Pty) (int, error) {
	h, err := s.camp.enter(session.Context(), l)
	if err != nil {
		return 1, forLearner(err)
	}
	defer s.camp.leave(h)
	p, err := h.tent.Start(session.Context(), termOf(terminal.Term), sizeOf(terminal.Window))
	if err != nil {
		s.Log.Error("start tentpole", "learner", l.ID, "name", l.Name, "error", err)
		return 1, forLearner(err)
	}
	defer p.Release()
	_, windows, _ := session.Pty()
	go follow(p, windows)
	typed := make(chan struct{}, 1)
	go func() { io.Copy(&counted{p.Terminal(), typed}, session) }()
	shown := make(chan struct{})
	go func() { defer close(shown); io.Copy(session, p.Terminal()) }()

	why := s.until(session.Context(), h, p, typed)
	if why != nil {
		stop(p, why)
	}
	select { // the last words; a process left behind may hold the terminal open
	case <-shown:
	case <-time.After(time.Second):
	}
	if why != nil {
		return 1, why
	}
	status, err := p.Wait(session.Context())
	return status.Code, err
}

// until waits for the end of a session, and tells why it has to end when its
// program has not.
func (s *Server) until(ctx context.Context, h *home, p Program, typed <-chan struct{}) error {
	idle, total := time.NewTimer(s.Idle), time.NewTimer(s.Total)
	defer idle.Stop()
	defer total.Stop()
	for {
		select {
		case <-typed:
			idle.Reset(s.Idle)
		case <-p.Done():
			return nil
		case <-ctx.Done():
			return errLeft
		case <-idle.C:
			return errIdle
		case <-total.C:
			return errTotal
		case <-s.ending.Done():
			return errEnd
		case <-h.over.Done():
			return context.Cause(h.over)
		}
	}
}

// stop ends a program: politely, so that it puts the terminal in order, and if it
// does not listen, by force.
func stop(p Program, why error) {
	sig := syscall.SIGTERM
	if why == errLeft {
		sig = syscall.SIGHUP
	}
	p.Signal(sig) // an error is that it has ended
	select {
	case <-p.Done():
	case <-time.After(farewell):
		p.Signal(syscall.SIGKILL)
	}
}

// follow passes on the sizes of the window. It reads until there are no more, for
// whoever sends them waits.
func follow(p Program, windows <-chan ssh.Window) {
	for w := range windows {
		p.Resize(sizeOf(w)) // the next one is right again
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

// counted passes on what is typed, and tells that something was.
type counted struct {
	to    io.Writer
	typed chan<- struct{}
}

func (c *counted) Write(b []byte) (int, error) {
	select {
	case c.typed <- struct{}{}:
	default:
	}
	return c.to.Write(b)
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
