package lectern

import (
	"context"

	"github.com/tentpole-labs/tentpole/class/board"
)

// Watch is one board that is looked at. Close it.
type Watch struct {
	*Lectern
	ready chan struct{}
	dirty map[int64]bool // learners that have changed since they were told
	room  bool           // and so has that
	no    string         // why the latest order was not carried out
}

// Watch begins to look on: the first news are everything.
func (l *Lectern) Watch() *Watch {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := &Watch{Lectern: l, ready: make(chan struct{}, 1), dirty: l.all(), room: true}
	l.watches[w] = true
	w.wake()
	return w
}

// Close looks on no more.
func (w *Watch) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.watches, w)
	return nil
}

func (w *Watch) wake() { ring(w.ready) }

// Do has an order carried out. That it could not be is news, too.
func (w *Watch) Do(o board.Order) error {
	if err := w.Lectern.Do(o); err != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.no = err.Error()
		w.wake()
	}
	return nil
}

// atOnce is how many learners are told of at a time: with all they have done they
// stay below maxNews.
const atOnce = 16

// Next waits for news.
func (w *Watch) Next(ctx context.Context) (board.News, error) {
	select {
	case <-w.ready:
	case <-ctx.Done():
		return board.News{}, ctx.Err()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	n := board.News{Trouble: w.no}
	w.no = ""
	if w.room {
		room := w.Lectern.room
		n.Room, w.room = &room, false
	}
	for id := range w.dirty {
		if len(n.Learners) == atOnce {
			n.More = true
			w.wake()
			break
		}
		n.Learners = append(n.Learners, w.seats[id].copied())
		delete(w.dirty, id)
	}
	return n, nil
}
