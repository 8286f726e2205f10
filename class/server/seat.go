package server

import (
	"context"
	"io"
	"sync"
	"syscall"
	"time"

	"golang.org/x/time/rate"

	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/sandbox"
)

// seat is a program of a learner's, and the window that shows it. The window may
// go, as a laptop that is shut: the program waits for the next one.
type seat struct {
	learner store.Learner
	program Program
	typed   chan struct{} // one is waiting when something was typed
	away    *time.Timer   // runs while there is no window
	shown   chan struct{} // closed when the terminal has said its last words
	ended   chan struct{} // closed after that; how it ended is in status and why
	status  int
	why     error

	mu     sync.Mutex
	closed bool // to windows
	viewer *viewer
	guest  *guest    // who looks on, or has asked to
	since  time.Time // there has been no window
	last   time.Time // something was typed
	bar    bar
}

// viewer is the learner at a window.
type viewer struct {
	out  io.Writer
	at   *connection
	left chan struct{} // closed when the seat is free
}

// newSeat has a program shown. Nobody sits there yet.
func newSeat(l store.Learner, p Program, linger time.Duration, spare *rate.Limiter) *seat {
	t := &seat{learner: l, program: p, typed: make(chan struct{}, 1), away: time.NewTimer(linger), shown: make(chan struct{}), ended: make(chan struct{})}
	go t.show(spare)
	return t
}

// show passes on what the program shows, to whoever is there. What nobody sees is
// not kept: the next window has everything drawn again.
func (t *seat) show(spare *rate.Limiter) {
	defer close(t.shown)
	running, ended := context.WithCancel(context.Background())
	go func() { <-t.program.Done(); ended() }()
	from, b := newPaced(running, t.program.Terminal(), spare), make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		t.passOn(b[:n:n])
		if err != nil {
			return
		}
	}
}

// taken is who sits there.
func (t *seat) taken() *viewer {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.viewer
}

// sit puts a window in front of the program, if the seat is free.
func (t *seat) sit(w *viewer) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || t.viewer != nil {
		return false
	}
	t.viewer = w
	t.away.Stop()
	return true
}

// rise leaves the seat free, for some time.
func (t *seat) rise(w *viewer, linger time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dismissed(t.guest, errAway)
	t.viewer, t.since = nil, time.Now()
	t.away.Reset(linger)
	close(w.left)
}

// lapse closes a seat that was free for long, unless somebody has come just now.
func (t *seat) lapse() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = t.viewer == nil
	return t.closed
}

// free tells since when the seat is free, if it is.
func (t *seat) free() (time.Time, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.since, t.viewer == nil
}

// hurry has a free seat closed: somebody else needs the room.
func (t *seat) hurry() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.viewer == nil {
		t.away.Reset(0)
	}
}

// Write types something.
func (t *seat) Write(b []byte) (int, error) {
	select {
	case t.typed <- struct{}{}:
	default:
	}
	t.program.Typed()
	rest := t.answered(b)
	if _, err := t.program.Terminal().Write(rest); err != nil {
		return 0, err
	}
	return len(b), nil
}

// again has everything drawn again. Who does not know the signal so is not
// disturbed by it: it lets a program go on that was stopped; signal(7).
func (t *seat) again() {
	t.program.Signal(goesOn) // an error is that it has ended
}

// resize passes on a size.
func (t *seat) resize(size sandbox.Size) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bar.size = size
	t.arrange()
}

// mind has the program run until it has to end, and lets go of it.
func (s *Server) mind(h *home, t *seat) {
	why := s.until(h, t)
	if why != nil {
		stop(t.program, why)
	}
	select { // the last words; a process left behind may hold the terminal open
	case <-t.shown:
	case <-time.After(time.Second):
	}
	t.status, t.why = 1, why
	if why == nil {
		status, err := t.program.Wait(context.Background())
		t.status, t.why = status.Code, err
	}
	t.program.Release()
	s.camp.leave(h, t)
	close(t.ended)
	s.Log.Info("ended", "learner", t.learner.ID, "name", t.learner.Name, "status", t.status, "why", t.why)
}

// until waits for the end of a program, and tells why it has to end when it has not.
func (s *Server) until(h *home, t *seat) error {
	idle, total := time.NewTimer(s.Idle), time.NewTimer(s.Total)
	defer idle.Stop()
	defer total.Stop()
	for {
		select {
		case <-t.typed:
			idle.Reset(s.Idle)
		case <-t.program.Done():
			return h.tent.Why()
		case <-t.away.C:
			if t.lapse() {
				return errLeft
			}
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
