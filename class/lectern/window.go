package lectern

import (
	"context"
	"net"
	"sync"

	"golang.org/x/net/netutil"

	"github.com/tentpole-labs/tentpole/class/channel"
)

// Line is the socket of one learner. Close it.
type Line struct {
	lectern  *Lectern
	seat     *seat
	listener net.Listener
	ctx      context.Context
	end      context.CancelFunc
	all      sync.WaitGroup
}

// windows is how many of a learner's screens are heard at a time; more of them
// wait.
const windows = 4

// Open listens for a learner's screens.
func (l *Lectern) Open(id int64, name, path string) (*Line, error) {
	listener, err := Listen(path)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	n := &Line{lectern: l, seat: l.seat(id, name), listener: netutil.LimitListener(listener, windows)}
	l.mu.Unlock()
	n.ctx, n.end = context.WithCancel(context.Background())
	n.all.Go(n.accept)
	return n, nil
}

// Close ends the conversation with all of the learner's screens.
func (n *Line) Close() error {
	n.end()
	err := n.listener.Close()
	n.all.Wait()
	return err
}

func (n *Line) accept() {
	for {
		c, err := n.listener.Accept()
		if err != nil {
			return
		}
		n.all.Go(func() { n.talk(c) })
	}
}

// window is one screen of a learner's.
type window struct{ changed chan struct{} }

// wake has the window told, now or after what is being told.
func (w *window) wake() { ring(w.changed) }

// ring wakes who waits for the channel, which has room for one, or will.
func ring(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

// talk is the conversation with one screen.
func (n *Line) talk(c net.Conn) {
	ctx, end := context.WithCancel(n.ctx)
	defer end()
	conn := channel.NewConn(c, channel.MaxWord)
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	defer conn.Close()
	w := &window{make(chan struct{}, 1)}
	w.wake()
	n.lectern.attend(n.seat, w, true)
	defer n.lectern.attend(n.seat, w, false)
	n.all.Go(func() { defer end(); n.tell(ctx, conn, w) })
	for {
		var word channel.Word
		if conn.Receive(&word) != nil || word.Schema != channel.Schema || n.seat.words.Wait(ctx) != nil {
			return
		}
		n.lectern.hear(n.seat, word)
	}
}

// tell says the slate as often as it changes.
func (n *Line) tell(ctx context.Context, conn *channel.Conn, w *window) {
	for {
		select {
		case <-w.changed:
		case <-ctx.Done():
			return
		}
		if conn.Send(n.lectern.slate(n.seat)) != nil {
			conn.Close() // who does not listen is not listened to
			return
		}
	}
}

func (l *Lectern) attend(s *seat, w *window, here bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if here {
		s.windows[w] = true
	} else {
		delete(s.windows, w)
	}
}

// hear keeps what a learner's screen says. Where that fails the screen is told how
// things are, for it has shown what it has said.
func (l *Lectern) hear(s *seat, w channel.Word) {
	w = l.news(s, w)
	if w == (channel.Word{}) {
		return
	}
	err := l.write(func(ctx context.Context) error { return l.kept.Hear(ctx, s.ID, w) })
	if err != nil {
		l.log.Warn("keep what a learner has said to the class", "learner", s.ID, "error", err)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.changed(s)
	}
}

// news is what a word says that is not known yet. What the course does not know, or
// nobody has asked, is left out.
func (l *Lectern) news(s *seat, w channel.Word) (news channel.Word) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at := w.At; at != nil && (*at == channel.Place{} || l.course.Step(at.Lesson, at.Step) != nil) && !(s.told && s.At == *at) {
		news.At = at
	}
	if w.Hand != nil && *w.Hand != s.Hand {
		news.Hand = w.Hand
	}
	if len(s.messages) > 0 && s.messages[0].Number <= w.Read {
		news.Read = w.Read
	}
	if a := w.Answer; a != nil && a.Option != s.Answer && l.room.Poll != nil && a.Poll == l.room.PollBy && l.course.Prediction(l.room.Poll.Lesson, l.room.Poll.Step).Option(a.Option) != nil {
		news.Answer = a
	}
	return news
}
