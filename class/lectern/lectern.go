// Package lectern is where a class comes together while it is held: what the
// learners' screens say, what is kept of their progress, what the teacher asks for.
// It lies in memory; the store is read once, when the class begins.
//
// Learners' screens come by a socket each ([Lectern.Open]), teachers' boards by a
// [Watch] or, from another process, by a socket that only root can open
// ([Lectern.Serve], [Dial]). Nobody waits for anybody: what changes is noted, and
// told to whoever asks next.
package lectern

import (
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/tentpole-labs/tentpole/class/board"
	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/lessons"
)

// Lectern is that of one class. Its methods may be called from any goroutine.
type Lectern struct {
	class  string
	course *lessons.Course
	now    func() time.Time

	mu      sync.Mutex
	seats   map[int64]*seat
	room    board.Room
	number  int // of the latest message, invitation or poll
	watches map[*Watch]bool
}

// seat is a learner's.
type seat struct {
	board.Learner
	messages []channel.Message
	windows  map[*window]bool
	told     bool          // the learner's screen says where the learner is
	words    *rate.Limiter // of all windows together
}

// New makes the lectern of a class, with nobody in it.
func New(class string, course *lessons.Course) *Lectern {
	return &Lectern{class: class, course: course, now: time.Now, seats: map[int64]*seat{}, watches: map[*Watch]bool{}}
}

// Seat gives learners their places before they come.
func (l *Lectern) Seat(all ...board.Kept) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range all {
		s := l.seat(k.ID, k.Name)
		s.Learner = k.Learner(l.course)
		l.changed(s)
	}
}

// seat finds or makes the place of a learner.
func (l *Lectern) seat(id int64, name string) *seat {
	const often, atOnce = 10, 20 // words: a screen says a few a minute
	s, known := l.seats[id]
	if !known {
		s = &seat{Learner: board.Learner{ID: id, Name: name, Since: l.now()}, windows: map[*window]bool{}, words: rate.NewLimiter(often, atOnce)}
		l.seats[id] = s
	}
	return s
}

// Come notes that a learner is here, or with false that they have left.
func (l *Lectern) Come(id int64, name string, here bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.seat(id, name)
	if s.Here == here {
		return
	}
	s.Here = here
	if here {
		s.Since = l.now()
	} else {
		s.Hand, s.told = false, false
	}
	l.changed(s)
}

// Progress takes in what a learner has done.
func (l *Lectern) Progress(id int64, p *lessons.Progress) {
	marks, at := board.Marks(l.course, p), board.Latest(l.course, p)
	l.mu.Lock()
	defer l.mu.Unlock()
	s, known := l.seats[id]
	if !known || reflect.DeepEqual(s.Steps, marks) {
		return
	}
	s.Steps, s.Since = marks, l.now()
	if !s.told {
		s.At = at
	}
	l.changed(s)
}

// changed tells boards and the learner's own screens.
func (l *Lectern) changed(s *seat) {
	for w := range l.watches {
		w.dirty[s.ID] = true
		w.wake()
	}
	for w := range s.windows {
		w.wake()
	}
}

// roomChanged tells everybody.
func (l *Lectern) roomChanged() {
	for w := range l.watches {
		w.room = true
		w.wake()
	}
	for _, s := range l.seats {
		for w := range s.windows {
			w.wake()
		}
	}
}

// slate is what the learner's screen is to know.
func (l *Lectern) slate(s *seat) channel.Slate {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := channel.Slate{Schema: channel.Schema, Class: l.class, Hand: s.Hand, Messages: slices.Clone(s.messages), Held: slices.Clone(l.room.Held)}
	if to := l.room.Invited; to != nil {
		out.Invited = &channel.Invited{Number: l.room.InvitedBy, Place: *to}
	}
	if p := l.room.Poll; p != nil {
		out.Poll = &channel.Poll{Number: l.room.PollBy, Place: *p, Said: s.Answer}
	}
	return out
}

// copied is the learner without anything that changes later: Steps is replaced
// whole, and never written into.
func (s *seat) copied() board.Learner {
	s.Unread = len(s.messages)
	return s.Learner
}

// all are the ids of everybody, as a set.
func (l *Lectern) all() map[int64]bool {
	all := map[int64]bool{}
	for id := range maps.Keys(l.seats) {
		all[id] = true
	}
	return all
}
