//go:build unix

package server

import (
	"context"
	"slices"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"github.com/tentpole-labs/tentpole/class/board"
	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/class/lectern"
	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/class/store/storetest"
)

// classroom is a server with its lectern, and a board that looks on.
type classroom struct {
	*school
	lectern *lectern.Lectern
	watch   *lectern.Watch
	board   board.Board
}

// classroomOn is one of the servers on a store.
func classroomOn(t *testing.T, where string, key *HostKey) *classroom {
	t.Helper()
	c := &classroom{}
	c.school = openOn(t, where, key, func(config *Config) { c.lectern = withLectern(t, config) })
	c.watch = c.lectern.Watch()
	t.Cleanup(func() { c.watch.Close() })
	return c
}

// until waits for news until a learner is as they should be.
func (c *classroom) until(name string, ok func(board.Learner) bool) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), enough)
	defer cancel()
	for !slices.ContainsFunc(c.board.Learners, func(l board.Learner) bool { return l.Name == name && ok(l) }) {
		n, err := c.watch.Next(ctx)
		if err != nil {
			c.t.Fatalf("%v; the board has %+v", err, c.board)
		}
		c.board.Take(n)
	}
}

// seated is a learner with a screen that speaks to the class.
type seated struct {
	t      *testing.T
	window *window
	screen *channel.Learner
}

func (c *classroom) seat(name string, key gossh.Signer) *seated {
	c.t.Helper()
	s := &seated{t: c.t, window: c.come(&person{name: name, keys: []gossh.Signer{key}, answers: []string{c.class.Code}})}
	l, err := c.store.Learner(c.t.Context(), c.class.ID, name)
	must(c.t, err)
	c.t.Setenv(channel.Variable, linePath(c.server.Lines, l.ID))
	s.screen, err = channel.Join()
	must(c.t, err)
	c.t.Cleanup(func() { s.screen.Close() })
	return s
}

// hear waits for a slate that is as it should be.
func (s *seated) hear(ok func(channel.Slate) bool) channel.Slate {
	s.t.Helper()
	late := time.AfterFunc(enough, func() { s.screen.Close() })
	defer late.Stop()
	for {
		slate, err := s.screen.Hear()
		must(s.t, err)
		if ok(slate) {
			return slate
		}
	}
}

func (s *seated) raise() {
	up := true
	must(s.t, s.screen.Tell(channel.Word{Hand: &up}))
}

// classrooms are two servers on one PostgreSQL, with ada at the first and bob at the
// second.
func classrooms(t *testing.T) (first, second *classroom, ada, bob *seated, key gossh.Signer) {
	t.Helper()
	where := storetest.Postgres(t)
	kept, err := store.Open(t.Context(), where)
	must(t, err)
	t.Cleanup(func() { kept.Close() })
	host, err := SharedHostKey(t.Context(), kept)
	must(t, err)
	first, second = classroomOn(t, where, host), classroomOn(t, where, host)
	key = newKey(t)
	return first, second, first.seat("ada", key), second.seat("bob", newKey(t)), key
}

// TestOneClassAtTwoServers: both boards have everybody, and what the teacher does at
// one reaches those at the other.
func TestOneClassAtTwoServers(t *testing.T) {
	first, second, ada, bob, _ := classrooms(t)
	for _, c := range []*classroom{first, second} {
		c.until("ada", func(l board.Learner) bool { return l.Here })
		c.until("bob", func(l board.Learner) bool { return l.Here })
	}
	bob.window.say(`do {"schema": "tentpole/progress/v1", "lessons": {"mounts": {"at": "guess", "steps": {"read": {"hash": "x", "done": "2026-05-04T12:00:00Z"}}}}}`)
	first.until("bob", func(l board.Learner) bool { return l.Steps["mounts"]["read"].Done })

	must(t, first.lectern.Do(board.Order{Say: "a break at ten"}))
	must(t, first.lectern.Do(board.Order{Hold: "mounts"}))
	guess := channel.Place{Lesson: "mounts", Step: "guess"}
	must(t, first.lectern.Do(board.Order{Poll: &guess}))
	for _, s := range []*seated{ada, bob} {
		poll := s.hear(func(s channel.Slate) bool { return len(s.Messages) == 1 && len(s.Held) == 1 && s.Poll != nil }).Poll
		must(t, s.screen.Tell(channel.Word{At: &guess, Answer: &channel.Answer{Poll: poll.Number, Option: "there"}}))
	}
	for _, c := range []*classroom{first, second} {
		c.until("ada", func(l board.Learner) bool { return l.Answer == "there" && l.At == guess })
		c.until("bob", func(l board.Learner) bool { return l.Answer == "there" && l.At == guess })
	}
	bob.raise()
	first.until("bob", func(l board.Learner) bool { return l.Hand })
	bob.hear(func(s channel.Slate) bool { return s.Hand })
	must(t, first.lectern.Do(board.Order{HandDown: first.board.Learners[1].ID}))
	bob.hear(func(s channel.Slate) bool { return !s.Hand })
	must(t, first.lectern.Do(board.Order{Open: "mounts"}))
	bob.hear(func(s channel.Slate) bool { return len(s.Held) == 0 })
	bob.window.say("exit 0")
	first.until("bob", func(l board.Learner) bool { return !l.Here })
}

// TestHandMovesAlong: who comes in at another server has the hand up as before.
func TestHandMovesAlong(t *testing.T) {
	first, second, ada, _, key := classrooms(t)
	ada.raise()
	ada.hear(func(s channel.Slate) bool { return s.Hand })
	moved := second.seat("ada", key)
	moved.hear(func(s channel.Slate) bool { return s.Hand })
	ada.window.waitFor("another server of this class")
	for _, c := range []*classroom{first, second} {
		c.until("ada", func(l board.Learner) bool { return l.Hand && l.Here })
	}
}

// TestHandIsUpAfterTheServerHasEnded, as it ends on purpose. Who leaves puts it down.
func TestHandIsUpAfterTheServerHasEnded(t *testing.T) {
	dir := t.TempDir()
	host, err := LoadHostKey(dir)
	must(t, err)
	first, key := classroomOn(t, dir, host), newKey(t)
	ada := first.seat("ada", key)
	ada.raise()
	first.until("ada", func(l board.Learner) bool { return l.Hand })
	must(t, first.server.Close())

	second := classroomOn(t, dir, host)
	second.until("ada", func(l board.Learner) bool { return l.Hand && !l.Here })
	ada = second.seat("ada", key)
	ada.hear(func(s channel.Slate) bool { return s.Hand })
	ada.window.say("exit 0")
	second.until("ada", func(l board.Learner) bool { return !l.Hand && !l.Here })
}
