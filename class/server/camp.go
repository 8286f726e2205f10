package server

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// Raise raises a learner's tent, with the progress of an earlier one.
type Raise func(ctx context.Context, l store.Learner, progress []byte) (Tent, error)

// Tent is a learner's, as the server knows it.
type Tent interface {
	Start(ctx context.Context, term string, size sandbox.Size) (Program, error)
	// Progress is what has changed since the last call, nil when nothing has.
	Progress() ([]byte, error)
	// Why tells why everything in it was ended by force, nil when it was not.
	Why() error
	io.Closer
}

// Program is tentpole running in a tent, on a terminal of the tent's own.
type Program interface {
	Terminal() *os.File
	// Typed tells that somebody is about to type there, and waits for an answer.
	Typed()
	Resize(sandbox.Size) error
	Signal(syscall.Signal) error
	Done() <-chan struct{}
	Wait(context.Context) (sandbox.Status, error)
	Release()
}

// Errors of entering, in words for the learner.
var (
	errFull   = errors.New("all tents of this class are taken. Try again when somebody has left")
	errWindow = errors.New("you are here in as many windows as there can be. Close one of them first")
	errClosed = errors.New("the class is over")
)

// camp is where the tents stand: one a learner, as long as a program runs in it.
type camp struct {
	Config
	mu     sync.Mutex
	homes  map[int64]*home
	closed bool
	all    sync.WaitGroup
	turn   chan struct{} // to raise a tent: a class that begins does so at once
}

// home is a tent with somebody in it.
type home struct {
	learner store.Learner
	guests  int // programs in it, and those about to be
	seats   []*seat
	tent    Tent
	err     error         // why there is none
	up      chan struct{} // closed when tent or err is there
	leaving chan struct{} // closed when the last has left
	why     error         // the last has: nil is by their own will
	gone    chan struct{} // closed when nothing is left of it
	over    context.Context
	remove  context.CancelCauseFunc // ends over, and says why the learner cannot stay
}

func newCamp(c Config) *camp {
	const atOnce = 4
	return &camp{Config: c, homes: map[int64]*home{}, turn: make(chan struct{}, atOnce)}
}

// enter brings a learner home; the tent is raised if nobody is there. Every home
// that was entered is left again.
func (c *camp) enter(ctx context.Context, l store.Learner) (*home, error) {
	for {
		h, inside, err := c.find(l)
		if err != nil {
			return nil, err
		}
		wait := h.up
		if !inside { // it is being taken down, and takes up room
			wait = h.gone
		}
		select {
		case <-wait:
			err = h.err
		case <-ctx.Done():
			err = ctx.Err()
		}
		switch {
		case inside && err == nil:
			return h, nil
		case inside:
			c.leave(h, nil)
			return nil, err
		case ctx.Err() != nil:
			return nil, err
		}
	}
}

// find finds or makes the home of a learner, and tells whether one more is in it
// now. Nobody gets into one that is being taken down. When there is no room, it is
// a home of somebody else's that makes some.
func (c *camp) find(l store.Learner) (h *home, inside bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h = c.homes[l.ID]
	switch {
	case c.closed:
		return nil, false, errClosed
	case h != nil && h.guests == 0:
		return h, false, nil
	case h != nil && h.guests == sessionsEach:
		return nil, false, errWindow
	case h != nil:
		h.guests++
		return h, true, nil
	case len(c.homes) >= c.Learners:
		if h = c.vacate(); h == nil {
			return nil, false, errFull
		}
		return h, false, nil
	}
	h = &home{learner: l, guests: 1, up: make(chan struct{}), leaving: make(chan struct{}), gone: make(chan struct{})}
	h.over, h.remove = context.WithCancelCause(context.Background())
	c.homes[l.ID] = h
	c.all.Go(func() { c.keep(h) })
	return h, true, nil
}

// vacate has the home taken down in which nobody has sat for the longest time.
func (c *camp) vacate() *home {
	var oldest *home
	var since time.Time
	for _, h := range c.homes {
		if at, free := h.free(); free && (oldest == nil || at.Before(since)) {
			oldest, since = h, at
		}
	}
	if oldest != nil {
		for _, t := range oldest.seats {
			t.hurry()
		}
	}
	return oldest
}

// free tells whether there are only seats in it that nobody sits in, and since when.
func (h *home) free() (since time.Time, free bool) {
	if len(h.seats) == 0 || len(h.seats) < h.guests {
		return since, false
	}
	for _, t := range h.seats {
		at, free := t.free()
		if !free {
			return since, false
		}
		if at.After(since) {
			since = at
		}
	}
	return since, true
}

// seats are all that a learner has.
func (c *camp) seats(l store.Learner) []*seat {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.homes[l.ID]
	if h == nil {
		return nil
	}
	return slices.Clone(h.seats)
}

// seat puts one up.
func (c *camp) seat(h *home, t *seat) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h.seats = append(h.seats, t)
}

// leave is the end of one program, nil for one that did not begin. The last one
// takes the tent along.
func (c *camp) leave(h *home, t *seat) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h.seats = slices.DeleteFunc(h.seats, func(other *seat) bool { return other == t })
	if h.guests--; h.guests > 0 {
		return
	}
	if t != nil {
		h.why = t.why
	}
	close(h.leaving)
}

// close waits until everybody has left, and lets nobody in any more.
func (c *camp) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.all.Wait()
}

// keep is the life of a home.
func (c *camp) keep(h *home) {
	defer h.remove(nil)
	leave, err := c.attend(h.learner)
	if h.err = err; err == nil {
		h.tent, h.err = c.raise(h.learner)
	}
	close(h.up)
	if h.err != nil {
		c.Log.Error("raise a tent", "learner", h.learner.ID, "name", h.learner.Name, "error", h.err)
		<-h.leaving
	} else {
		c.watch(h)
		if err := h.tent.Close(); err != nil {
			c.Log.Error("take a tent down", "learner", h.learner.ID, "name", h.learner.Name, "error", err)
		}
	}
	leave(h.why)
	if err := c.Store.Leave(context.Background(), h.learner.ID); err != nil {
		c.Log.Warn("let a learner go", "learner", h.learner.ID, "name", h.learner.Name, "error", err)
	}
	c.mu.Lock()
	delete(c.homes, h.learner.ID)
	c.mu.Unlock()
	close(h.gone)
}

// raise raises a tent, when it is its turn and the learner is at no other server.
func (c *camp) raise(l store.Learner) (Tent, error) {
	const enough = time.Minute
	ctx, cancel := context.WithTimeout(context.Background(), enough)
	defer cancel()
	if err := c.Store.Take(ctx, l.ID); err != nil {
		return nil, err
	}
	c.turn <- struct{}{}
	defer func() { <-c.turn }()
	progress, err := c.Store.Progress(ctx, l.ID)
	if err != nil {
		return nil, err
	}
	return c.Raise(ctx, l, progress)
}

// watch keeps what the learner does, as it is done, until the last session has
// left: a server that is killed has lost half a second. One whose progress takes
// long to keep waits the longer for the next time.
func (c *camp) watch(h *home) {
	const often, share = 500 * time.Millisecond, 20
	next := time.NewTimer(often)
	defer next.Stop()
	said := ""
	for last := false; !last; {
		select {
		case <-next.C:
		case <-h.leaving:
			last = true
		}
		begin := time.Now()
		err := c.save(h)
		next.Reset(max(often, share*time.Since(begin)))
		switch {
		case errors.Is(err, store.ErrNone):
			h.remove(errGone)
		case errors.Is(err, store.ErrElsewhere):
			h.remove(errMoved)
		}
		if err != nil && err.Error() != said { // once, not twice a second
			said = err.Error()
			c.Log.Warn("keep progress", "learner", h.learner.ID, "name", h.learner.Name, "error", facts.Clean(said))
		}
	}
}

func (c *camp) save(h *home) error {
	raw, err := h.tent.Progress()
	if raw == nil || err != nil {
		return err
	}
	if err := c.Store.Save(context.Background(), h.learner.ID, raw); err != nil {
		return err
	}
	return c.heard(h.learner, raw)
}
