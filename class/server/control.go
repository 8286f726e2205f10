package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/socket"
)

// Ask is what a guest says first. It asks to look on at the terminal of a learner.
type Ask struct {
	Learner string `json:"learner"`
	As      string `json:"as"` // who asks, as the learner reads it
	Type    bool   `json:"type,omitempty"`
}

// typing is what a guest says after that.
type typing struct {
	Keys []byte `json:"keys"`
}

// answerTime is how long a learner may think.
const answerTime = time.Minute

// ControlSocket is where a server of these classes listens to who runs it.
func ControlSocket(dir string) string { return filepath.Join(dir, "control") }

// ListenControl listens there. Nobody else can ask; the lock of the directory says
// that no other server does.
func ListenControl(dir string) (net.Listener, error) {
	file := ControlSocket(dir)
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := socket.Listen(file)
	if err != nil {
		return nil, &sandbox.Error{Op: "listen at", Target: file, Err: err, Remedy: "choose another directory with --data"}
	}
	if err := os.Chmod(file, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// Control answers until the listener is closed.
func (s *Server) Control(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go s.admit(conn)
	}
}

// admit is one guest's stay.
func (s *Server) admit(conn net.Conn) {
	defer conn.Close()
	var a Ask
	in, out := json.NewDecoder(conn), json.NewEncoder(conn)
	if err := in.Decode(&a); err != nil {
		return
	}
	const long = 40
	who := []rune(facts.Clean(a.As))
	g := newGuest(string(who[:min(len(who), long)]), a.Type)
	t := s.camp.seatOf(a.Learner)
	err := errNobody
	if t != nil {
		err = t.ask(g)
	}
	log := s.Log.With("learner", a.Learner, "guest", g.who, "types", g.types)
	if err == nil {
		log.Info("asked to look on")
		out.Encode(Sight{Says: "asked; waiting for the answer"})
		go listen(in, t, g)
		err = s.guide(out, t, g)
		log.Info("looks on no more", "why", err)
	}
	out.Encode(Sight{Says: err.Error(), Over: true})
}

// listen takes what a guest types.
func listen(in *json.Decoder, t *seat, g *guest) {
	for {
		var said typing
		if err := in.Decode(&said); err != nil {
			t.dismiss(g, errGuest)
			return
		}
		t.typeFor(g, said.Keys)
	}
}

// guide shows a guest what there is to see, and returns why that ended.
func (s *Server) guide(out *json.Encoder, t *seat, g *guest) error {
	thinking := time.NewTimer(answerTime)
	defer thinking.Stop()
	yes := g.yes
	for {
		select {
		case <-yes:
			thinking.Stop()
			yes = nil
		case <-thinking.C:
			t.dismiss(g, errNo)
		case <-t.ended:
			t.dismiss(g, errAway)
		case seen := <-g.shown:
			if out.Encode(seen) != nil {
				t.dismiss(g, errGuest)
			}
		case <-g.ended:
			return g.why
		}
	}
}

// Look is a guest's end of it. It is read as a terminal is, and typed into.
type Look struct {
	conn  net.Conn
	in    *json.Decoder
	out   *json.Encoder
	Says  func(string)       // hears sentences
	Sized func(sandbox.Size) // hears the size of the learner's terminal
	rest  []byte

	mu  sync.Mutex
	why string
}

// OpenLook asks the server of these classes. Nothing is shown before the learner
// says yes.
func OpenLook(ctx context.Context, dir string, a Ask) (*Look, error) {
	file := ControlSocket(dir)
	conn, err := socket.Dial(ctx, file)
	if err != nil {
		return nil, &sandbox.Error{Op: "ask", Target: file, Err: err, Remedy: "it is the server's, and root's: is `tentpole serve` running, with the same --data?"}
	}
	l := &Look{conn: conn, in: json.NewDecoder(conn), out: json.NewEncoder(conn)}
	if err := l.out.Encode(a); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return l, nil
}

// Read is what the learner's terminal is sent. At the end it returns io.EOF, and
// Why says the reason.
func (l *Look) Read(b []byte) (int, error) {
	for len(l.rest) == 0 {
		var s Sight
		if err := l.in.Decode(&s); err != nil {
			s = Sight{Says: "the server has ended", Over: true}
		}
		switch {
		case s.Over:
			l.end(s.Says)
			return 0, io.EOF
		case s.Says != "":
			l.Says(s.Says)
		case s.Size != nil:
			l.Sized(*s.Size)
		}
		l.rest = s.Shown
	}
	n := copy(b, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

func (l *Look) end(why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.why = why
}

// Why is the reason for the end, "" before it.
func (l *Look) Why() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.why
}

// Write types.
func (l *Look) Write(b []byte) (int, error) { return len(b), l.out.Encode(typing{b}) }

// Close ends it.
func (l *Look) Close() error { return l.conn.Close() }
