// Package server lets a class into its tents by SSH. Whoever comes by name and the
// class's code, or with a key that was seen before, gets tentpole itself, running
// in a tent of their own on a terminal of its own: nothing of what a learner runs
// is part of the server. When a connection breaks, the program waits for the next.
//
// A connection can carry that and nothing else: no ports, no agent, no files. What
// people type is in no log.
package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"charm.land/wish/v2"
	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/time/rate"

	"github.com/tentpole-labs/tentpole/class/lectern"
	"github.com/tentpole-labs/tentpole/class/store"
)

// Config says how to serve a class.
type Config struct {
	Class   store.Class
	Store   *store.Store
	HostKey *HostKey
	Raise   Raise
	Allowed *Allowed // nil for everybody who knows the code
	Log     *slog.Logger
	// Idle is how long somebody may type nothing, Total how long they may stay.
	Idle, Total time.Duration
	// Linger is how long a program waits for its learner when the window is gone.
	Linger time.Duration
	// Useless is how long a connection may be of no use: until somebody has
	// logged in and opened a window, and after the last was closed. It stands for
	// LoginGraceTime of sshd_config(5).
	Useless time.Duration
	// Lectern is where the class comes together, and Lines the directory of the
	// learners' sockets to it; nil for none.
	Lectern *lectern.Lectern
	Lines   string
	// Teachers are the keys of those who get the board, and Board shows it.
	Teachers []gossh.PublicKey
	Board    func(context.Context, ssh.Session, ssh.Pty) error
	// Learners is how many tents may stand at a time.
	Learners int
}

const (
	// connections per learner: a browser of windows, and some for those who are
	// just leaving.
	connectionsEach = 8
	// strangers may wait at the door beside two connections for each learner.
	strangers = 64
	// sessionsEach is how many windows a learner may have in one tent.
	sessionsEach = 3
	// reply is how long a window may take to say that it is still there, when its
	// learner opens another one.
	reply = 3 * time.Second
	// farewell is how long a program may take to put the terminal in order.
	farewell = 5 * time.Second
)

// Server serves one class. Close it.
type Server struct {
	Config
	ssh    *ssh.Server
	camp   *camp
	joins  *rates // by name: codes and words that were tried
	visits *rates // by name: sessions that were opened
	spare  *rate.Limiter
	ending context.Context
	end    context.CancelFunc
}

// New makes a server.
func New(c Config) (*Server, error) {
	s := &Server{Config: c, joins: newRates(10*time.Second, 5), visits: newRates(2*time.Second, 10), spare: newSpare()}
	s.ending, s.end = context.WithCancel(context.Background())
	s.camp = newCamp(c)
	var err error
	s.ssh, err = wish.NewServer(
		wish.WithVersion("tentpole"),
		wish.WithHostKeyPEM(c.HostKey.pem),
		wish.WithKeyboardInteractiveAuth(s.withoutKey),
		wish.WithMiddleware(func(ssh.Handler) ssh.Handler { return s.visit }),
		wish.WithSubsystem("sftp", refuseFiles),
		func(srv *ssh.Server) error {
			srv.ServerConfigCallback = s.login
			srv.ConnCallback = s.watched
			srv.ChannelHandlers = map[string]ssh.ChannelHandler{"session": gate}
			srv.PtyHandler = keepTerminal
			return nil
		},
	)
	return s, err
}

// Serve lets people in until the server is closed.
func (s *Server) Serve(l net.Listener) error {
	if s.Store.Shared() {
		s.camp.all.Go(func() { s.camp.neighbours(s.ending) })
	}
	// The library knows of the listener only when it has begun, which may be after
	// the end.
	d := newDoor(l, strangers+2*s.Learners, s.Useless)
	defer context.AfterFunc(s.ending, func() { d.Close() })()
	err := s.ssh.Serve(d)
	if s.ending.Err() != nil || errors.Is(err, ssh.ErrServerClosed) {
		return nil
	}
	return err
}

// Close says good-bye to everybody, keeps what they have done, and takes the tents
// down.
func (s *Server) Close() error {
	s.end()
	s.camp.close()
	return s.ssh.Close()
}
