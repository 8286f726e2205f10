//go:build unix

package lectern

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tentpole-labs/tentpole/class/board"
	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/lessons"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// course has one lesson of two steps; in the second something is predicted.
func course() *lessons.Course {
	return &lessons.Course{Lessons: []*lessons.Lesson{{ID: "mounts", Title: "Mounts", Steps: []lessons.Step{
		{ID: "read", Title: "Read"},
		{ID: "guess", Title: "Guess", Predict: &lessons.Prediction{Ask: "Where?", Options: []lessons.Option{{ID: "here", Text: "here"}, {ID: "there", Text: "there"}}}},
	}}}}
}

// class is a lectern with a learner at the other end of a line, and a board.
type class struct {
	t       *testing.T
	store   *store.Store
	kept    store.Class
	ada     int64
	lectern *Lectern
	learner *channel.Learner
	path    string
	watch   *Watch
	board   board.Board
}

func hold(t *testing.T) *class { return holdIn(t, t.TempDir()) }

// holdIn holds the class that is kept there.
func holdIn(t *testing.T, where string) *class {
	t.Helper()
	c := &class{t: t, path: filepath.Join(t.TempDir(), "1")}
	c.lectern, c.store, c.kept = lectern(t, where)
	ada, err := c.store.Learner(t.Context(), c.kept.ID, "ada")
	if errors.Is(err, store.ErrNone) {
		ada, err = c.store.JoinWithKey(t.Context(), c.kept.ID, "ada", []byte("key"))
	}
	must(t, err)
	c.ada = ada.ID
	must(t, c.store.Take(t.Context(), c.ada))
	must(t, c.lectern.Refresh(t.Context()))
	n, err := c.lectern.Open(c.ada, "ada", c.path)
	must(t, err)
	t.Cleanup(func() { n.Close() })
	c.lectern.Come(c.ada, "ada")
	c.learner = c.join()
	c.watch = c.lectern.Watch()
	t.Cleanup(func() { c.watch.Close() })
	return c
}

// lectern is that of the class that is kept there.
func lectern(t *testing.T, where string) (*Lectern, *store.Store, store.Class) {
	t.Helper()
	s, err := store.Open(t.Context(), where)
	must(t, err)
	t.Cleanup(func() { s.Close() })
	kept, err := s.Class(t.Context(), "blue")
	must(t, err)
	return New(kept, s, course(), slog.New(slog.DiscardHandler)), s, kept
}

// join is one more screen of the learner's.
func (c *class) join() *channel.Learner {
	c.t.Helper()
	c.t.Setenv(channel.Variable, c.path)
	l, err := channel.Join()
	must(c.t, err)
	c.t.Cleanup(func() { l.Close() })
	return l
}

// hear waits for a slate that is as it should be.
func hear(t *testing.T, l *channel.Learner, ok func(channel.Slate) bool) channel.Slate {
	t.Helper()
	late := time.AfterFunc(30*time.Second, func() { l.Close() })
	defer late.Stop()
	for {
		s, err := l.Hear()
		must(t, err)
		if ok(s) {
			return s
		}
	}
}

// until waits for news until the learner is as they should be.
func (c *class) until(ok func(board.Learner) bool) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 30*time.Second)
	defer cancel()
	for len(c.board.Learners) == 0 || !ok(c.board.Learners[0]) {
		n, err := c.watch.Next(ctx)
		if err != nil {
			c.t.Fatalf("%v; the board has %+v", err, c.board)
		}
		c.board.Take(n)
	}
}

func TestHandGoesUpAndIsPutDown(t *testing.T) {
	c := hold(t)
	up := true
	must(t, c.learner.Tell(channel.Word{Hand: &up}))
	c.until(func(l board.Learner) bool { return l.Hand && l.Name == "ada" })
	hear(t, c.learner, func(s channel.Slate) bool { return s.Hand })
	must(t, c.lectern.Do(board.Order{HandDown: c.ada}))
	hear(t, c.learner, func(s channel.Slate) bool { return !s.Hand })
	c.until(func(l board.Learner) bool { return !l.Hand })
}

func TestMessagesStayUntilTheyAreRead(t *testing.T) {
	c := hold(t)
	must(t, c.lectern.Do(board.Order{Say: "look \x1b[31m here", To: c.ada}))
	for i := range channel.MaxUnread + 3 {
		must(t, c.lectern.Do(board.Order{Say: fmt.Sprint("number ", i)}))
	}
	last := hear(t, c.learner, func(s channel.Slate) bool {
		return len(s.Messages) == channel.MaxUnread && s.Messages[7].Text == "number 10"
	}).Messages
	later := c.join() // who comes later hears the same
	hear(t, later, func(s channel.Slate) bool { return len(s.Messages) == channel.MaxUnread })
	must(t, c.learner.Tell(channel.Word{Read: last[6].Number}))
	hear(t, later, func(s channel.Slate) bool { return len(s.Messages) == 1 })
	c.until(func(l board.Learner) bool { return l.Unread == 1 })
	must(t, c.lectern.Do(board.Order{Say: "look \x1b[31m here", To: c.ada}))
	if s := hear(t, later, func(s channel.Slate) bool { return len(s.Messages) == 2 }); strings.Contains(s.Messages[1].Text, "\x1b") {
		t.Errorf("what acts on a terminal goes out: %q", s.Messages[1].Text)
	}
	for _, o := range []board.Order{{Say: "to whom", To: 7}, {Say: strings.Repeat("x", channel.MaxText+1)}, {HandDown: 7}, {}} {
		if c.lectern.Do(o) == nil {
			t.Errorf("%.30v was carried out", o)
		}
	}
}

func TestPoll(t *testing.T) {
	c := hold(t)
	if c.lectern.Do(board.Order{Poll: &channel.Place{Lesson: "mounts", Step: "read"}}) == nil {
		t.Error("nothing is predicted there, and it is asked")
	}
	must(t, c.lectern.Do(board.Order{Poll: &channel.Place{Lesson: "mounts", Step: "guess"}}))
	p := hear(t, c.learner, func(s channel.Slate) bool { return s.Poll != nil }).Poll
	for _, a := range []channel.Answer{{Poll: p.Number, Option: "\x1bnowhere"}, {Poll: p.Number - 1, Option: "here"}, {Poll: p.Number, Option: "there"}} {
		must(t, c.learner.Tell(channel.Word{Answer: &a}))
	}
	hear(t, c.learner, func(s channel.Slate) bool { return s.Poll.Said == "there" })
	c.until(func(l board.Learner) bool { return l.Answer == "there" })
	bars, said := c.board.Answered(c.lectern.course)
	if said != 1 || len(bars) != 2 || len(bars[1].Names) != 1 || bars[1].Names[0] != "ada" {
		t.Errorf("%d have answered: %v", said, bars)
	}
	must(t, c.lectern.Do(board.Order{EndPoll: true}))
	hear(t, c.learner, func(s channel.Slate) bool { return s.Poll == nil })
	c.until(func(l board.Learner) bool { return l.Answer == "" })
}

func TestHoldAndInvite(t *testing.T) {
	c := hold(t)
	must(t, c.lectern.Do(board.Order{Hold: "mounts"}))
	hear(t, c.learner, func(s channel.Slate) bool { return len(s.Held) == 1 && s.Held[0] == "mounts" })
	must(t, c.lectern.Do(board.Order{Invite: &channel.Place{Lesson: "mounts", Step: "guess"}}))
	s := hear(t, c.learner, func(s channel.Slate) bool { return s.Invited != nil })
	if s.Invited.Step != "guess" {
		t.Errorf("invited to %+v", s.Invited)
	}
	must(t, c.lectern.Do(board.Order{Open: "mounts"}))
	hear(t, c.learner, func(s channel.Slate) bool { return len(s.Held) == 0 })
	if c.lectern.Do(board.Order{Hold: "../x"}) == nil || c.lectern.Do(board.Order{Invite: &channel.Place{Lesson: "mounts", Step: "x"}}) == nil {
		t.Error("what the course does not have is held or invited to")
	}
}

// TestWhereALearnerIs: it is the screen's word, if the course knows the place.
func TestWhereALearnerIs(t *testing.T) {
	c := hold(t)
	must(t, c.learner.Tell(channel.Word{At: &channel.Place{Lesson: "mounts", Step: "guess"}}))
	c.until(func(l board.Learner) bool { return l.At.Step == "guess" })
	must(t, c.learner.Tell(channel.Word{At: &channel.Place{Lesson: "\x1b[2J", Step: "guess"}}))
	up := true
	must(t, c.learner.Tell(channel.Word{Hand: &up}))
	c.until(func(l board.Learner) bool { return l.Hand })
	if at := c.board.Learners[0].At; at.Lesson != "mounts" {
		t.Errorf("they are at %q", at)
	}
	now := time.Now()
	p := lessons.NewProgress()
	p.Lessons["mounts"] = lessons.LessonRecord{At: "guess", Steps: map[string]lessons.StepRecord{"read": {Done: &now}, "guess": {Prediction: &lessons.PredictionRecord{Said: "here"}}, "\x1b": {Done: &now}}}
	c.lectern.Progress(c.ada, p)
	c.until(func(l board.Learner) bool { return l.Steps["mounts"]["read"].Done })
	if got := c.board.Learners[0].Steps["mounts"]; got["guess"].Said != "here" || len(got) != 2 {
		t.Errorf("it has %v", got)
	}
}

// TestHostileLines: what is no word ends the conversation, and floods of words
// come through slowly; neither changes anything for anybody else.
func TestHostileLines(t *testing.T) {
	c := hold(t)
	for _, bad := range []string{"hello", `{"hand":true}`, strings.Repeat("x", 2*channel.MaxWord), "\x00\xff", `{"schema":"tentpole/channel/v2","hand":true}`} {
		conn, err := net.Dial("unix", c.path)
		must(t, err)
		conn.SetDeadline(time.Now().Add(30 * time.Second))
		fmt.Fprintln(conn, bad)
		if _, err := io.Copy(io.Discard, conn); err != nil && !strings.Contains(err.Error(), "reset") {
			t.Errorf("%.20q: %v", bad, err)
		}
		conn.Close()
	}
	c.until(func(l board.Learner) bool { return !l.Hand })
	flood, err := net.Dial("unix", c.path)
	must(t, err)
	defer flood.Close()
	flood.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
	word := []byte(`{"schema":"tentpole/channel/v1","hand":true}` + "\n")
	sent := 0
	for err == nil {
		_, err = flood.Write(word)
		sent++
	}
	if !strings.Contains(err.Error(), "timeout") {
		t.Errorf("after %d words: %v", sent, err)
	}
	for tokens := 1.0; tokens >= 1; tokens = c.lectern.seats[c.ada].words.Tokens() {
		time.Sleep(time.Millisecond) // until those that come through at once have
	}
	must(t, c.lectern.Do(board.Order{Say: "still here"}))
	hear(t, c.learner, func(s channel.Slate) bool { return len(s.Messages) == 1 })
}

// TestBoardOfAnotherProcess: it sees all of a large class, and its orders are
// carried out or refused with a reason.
func TestBoardOfAnotherProcess(t *testing.T) {
	const many = 3*atOnce + 5
	l, _, _ := lectern(t, t.TempDir())
	for i := range int64(many) {
		l.Come(i+1, fmt.Sprintf("learner-%02d", i))
	}
	path := filepath.Join(t.TempDir(), "board")
	listener, err := Listen(path)
	must(t, err)
	ctx, end := context.WithCancel(t.Context())
	served := make(chan struct{})
	go func() { defer close(served); l.Serve(ctx, listener) }()
	if _, err := Listen(path); !errors.Is(err, ErrHeld) {
		t.Errorf("a second class listens there: %v", err)
	}
	far, err := Dial(path)
	must(t, err)
	defer far.Close()
	var b board.Board
	next := func(ok func(board.News) bool) {
		t.Helper()
		for {
			n, err := far.Next(t.Context())
			must(t, err)
			b.Take(n)
			if ok(n) {
				return
			}
		}
	}
	next(func(n board.News) bool { return !n.More })
	if len(b.Learners) != many {
		t.Errorf("%d of %d are on the board", len(b.Learners), many)
	}
	must(t, far.Do(board.Order{Hold: "mounts"}))
	next(func(n board.News) bool { return n.Room != nil && len(n.Room.Held) == 1 })
	must(t, far.Do(board.Order{Hold: "nothing"}))
	next(func(n board.News) bool { return n.Trouble != "" })
	end()
	<-served
	if _, err := far.Next(t.Context()); err == nil {
		t.Error("the class is over, and there is news")
	}
}

// TestNothingIsLostWithTheServer: it is gone without a word, and another one holds
// the class.
func TestNothingIsLostWithTheServer(t *testing.T) {
	dir := t.TempDir()
	c := holdIn(t, dir)
	guess := channel.Place{Lesson: "mounts", Step: "guess"}
	for _, o := range []board.Order{{Hold: "mounts"}, {Invite: &guess}, {Poll: &guess}, {Say: "look here"}} {
		must(t, c.lectern.Do(o))
	}
	poll := hear(t, c.learner, func(s channel.Slate) bool { return s.Poll != nil && len(s.Messages) == 1 }).Poll.Number
	up := true
	must(t, c.learner.Tell(channel.Word{Hand: &up, At: &guess, Answer: &channel.Answer{Poll: poll, Option: "there"}}))
	c.until(func(l board.Learner) bool { return l.Hand })

	again := holdIn(t, dir)
	again.until(func(l board.Learner) bool {
		return l.Hand && l.At == guess && l.Answer == "there" && l.Unread == 1
	})
	s := hear(t, again.learner, func(channel.Slate) bool { return true })
	if !s.Hand || len(s.Messages) != 1 || s.Messages[0].Text != "look here" || len(s.Held) != 1 || s.Invited == nil || s.Invited.Place != guess || s.Poll == nil || s.Poll.Number != poll || s.Poll.Said != "there" {
		t.Errorf("the learner's screen has %+v", s)
	}
	must(t, again.lectern.Do(board.Order{EndPoll: true}))
	hear(t, again.learner, func(s channel.Slate) bool { return s.Poll == nil && s.Hand })
}

// TestHandOfWhoLeaves goes down, unless they are about to come back.
func TestHandOfWhoLeaves(t *testing.T) {
	c := hold(t)
	up := true
	must(t, c.learner.Tell(channel.Word{Hand: &up}))
	c.until(func(l board.Learner) bool { return l.Hand })
	c.lectern.Leave(c.ada, true)
	c.until(func(l board.Learner) bool { return l.Hand && !l.Here })
	c.lectern.Come(c.ada, "ada")
	c.lectern.Leave(c.ada, false)
	c.until(func(l board.Learner) bool { return !l.Hand && !l.Here })
}

// TestWhatCannotBeKept does not show, and whoever has said it hears so.
func TestWhatCannotBeKept(t *testing.T) {
	c := hold(t)
	hear(t, c.learner, func(channel.Slate) bool { return true })
	must(t, c.store.Close())
	if err := c.lectern.Do(board.Order{Hold: "mounts"}); err == nil || !strings.Contains(err.Error(), "the database") {
		t.Errorf("an order: %v", err)
	}
	up := true
	must(t, c.learner.Tell(channel.Word{Hand: &up}))
	if s := hear(t, c.learner, func(channel.Slate) bool { return true }); s.Hand || len(s.Held) > 0 {
		t.Errorf("the screen has %+v", s)
	}
}

// TestCourseThatHasChanged does not know what was asked in the last one.
func TestCourseThatHasChanged(t *testing.T) {
	l, kept, class := lectern(t, t.TempDir())
	gone := channel.Place{Lesson: "gone", Step: "guess"}
	for _, o := range []board.Order{{Hold: "gone"}, {Invite: &gone}, {Poll: &gone}} {
		must(t, kept.Order(t.Context(), class.ID, o))
	}
	must(t, l.Refresh(t.Context()))
	if r := l.room; len(r.Held) > 0 || r.Invited != nil || r.Poll != nil {
		t.Errorf("the room is %+v", r)
	}
}
