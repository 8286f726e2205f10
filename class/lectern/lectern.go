// Package lectern is where a class comes together while it is held: what the
// learners' screens say, what is kept of their progress, what the teacher asks for.
//
// What anybody says is in the store before it shows: a server that is killed has
// lost nothing that was seen. All that shows has come out of the store again, so that
// it makes no difference whether this server has put it there or another.
//
// Learners' screens come by a socket each ([Lectern.Open]), teachers' boards by a
// [Watch] or, from another process, by a socket that only root can open
// ([Lectern.Serve], [Dial]). Nobody waits for a board or a screen: what changes is
// noted, and told to whoever asks next.
package lectern

import (
	"context"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/tentpole-labs/tentpole/class/board"
	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/lessons"
)

// Lectern is that of one class. Its methods may be called from any goroutine.
type Lectern struct {
	class  store.Class
	kept   *store.Store
	course *lessons.Course
	log    *slog.Logger
	now    func() time.Time

	pen      sync.Mutex // one writes at a time, and reads what has come of it; before mu
	revision int64      // up to which the store was read

	mu      sync.Mutex
	seats   map[int64]*seat
	room    board.Room
	watches map[*Watch]bool
}

// seat is a learner's.
type seat struct {
	board.Learner
	messages []channel.Message
	windows  map[*window]bool
	told     bool          // the learner's screen has said where the learner is
	near     bool          // the learner is at this server
	server   int64         // where the store has the learner
	words    *rate.Limiter // of all windows together
}

// New makes the lectern of a class. Nobody is in it until it is refreshed.
func New(class store.Class, kept *store.Store, course *lessons.Course, log *slog.Logger) *Lectern {
	return &Lectern{class: class, kept: kept, course: course, log: log, now: time.Now, revision: store.All, seats: map[int64]*seat{}, watches: map[*Watch]bool{}}
}

// patience is how long the store may take.
const patience = 10 * time.Second

// Refresh brings in what has come to the store since it was read last.
func (l *Lectern) Refresh(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	l.pen.Lock()
	defer l.pen.Unlock()
	return l.refresh(ctx)
}

func (l *Lectern) refresh(ctx context.Context) error {
	c, err := l.kept.Changes(ctx, l.class.ID, l.revision)
	if err == nil {
		l.revision = c.Revision
		l.take(c)
	}
	return err
}

// write writes to the store and brings in what has come of it.
func (l *Lectern) write(change func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	l.pen.Lock()
	defer l.pen.Unlock()
	if err := change(ctx); err != nil {
		return err
	}
	return l.refresh(ctx)
}

// take takes in what the store says.
func (l *Lectern) take(c board.Changes) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.Room != nil {
		l.arrange(*c.Room)
	}
	for _, k := range c.Learners {
		s := l.seat(k.ID, k.Name)
		k.Onto(&s.Learner, l.course)
		s.messages, s.told, s.server = k.Messages, k.At != nil, k.Server
		l.changed(s)
	}
	for _, s := range l.seats {
		if here := s.near || slices.Contains(c.Servers, s.server); here != s.Here {
			s.Here = here
			l.changed(s)
		}
	}
}

// arrange is what all are asked. What the course does not know is left out: it may
// be another than that of the last time.
func (l *Lectern) arrange(r board.Room) {
	r.Held = slices.DeleteFunc(r.Held, func(id string) bool { _, err := l.course.Lesson(id); return err != nil })
	if to := r.Invited; to != nil && l.course.Step(to.Lesson, to.Step) == nil {
		r.Invited = nil
	}
	if of := r.Poll; of != nil && l.course.Prediction(of.Lesson, of.Step) == nil {
		r.Poll = nil
	}
	if reflect.DeepEqual(r, l.room) {
		return
	}
	if r.PollBy != l.room.PollBy {
		for _, s := range l.seats {
			s.Answer = ""
		}
		l.allChanged()
	}
	l.room = r
	l.roomChanged()
}

// seat finds or makes the place of a learner.
func (l *Lectern) seat(id int64, name string) *seat {
	const often, atOnce = 2, 20 // words a second: a screen says a few a minute, and each is written to disk
	s, known := l.seats[id]
	if !known {
		s = &seat{Learner: board.Learner{ID: id, Name: name, Since: l.now()}, windows: map[*window]bool{}, words: rate.NewLimiter(often, atOnce)}
		l.seats[id] = s
	}
	return s
}

// Come notes that a learner is here.
func (l *Lectern) Come(id int64, name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.seat(id, name)
	s.near, s.Here, s.Since = true, true, l.now()
	l.changed(s)
}

// Leave notes that a learner has left. The hand of one who is to come back stays
// up.
func (l *Lectern) Leave(id int64, back bool) {
	l.mu.Lock()
	s, known := l.seats[id]
	if known {
		s.near, s.Here = false, false
		l.changed(s)
	}
	l.mu.Unlock()
	if known && !back {
		down := false
		l.hear(s, channel.Word{Hand: &down})
	}
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

// allChanged tells boards of everybody.
func (l *Lectern) allChanged() {
	for w := range l.watches {
		w.dirty = l.all()
		w.wake()
	}
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
	out := channel.Slate{Schema: channel.Schema, Class: l.class.Name, Hand: s.Hand, Messages: slices.Clone(s.messages), Held: slices.Clone(l.room.Held)}
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
