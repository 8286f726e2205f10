package store

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/class/board"
	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/class/store/storetest"
)

var (
	quiz  = channel.Place{Lesson: "mounts", Step: "quiz"}
	guess = channel.Place{Lesson: "mounts", Step: "guess"}
)

// ordered has a teacher order something.
func ordered(t *testing.T, s *Store, c Class, all ...board.Order) {
	t.Helper()
	for _, o := range all {
		must(t, s.Order(t.Context(), c.ID, o))
	}
}

// said has a learner's screen say something.
func said(t *testing.T, s *Store, l Learner, all ...channel.Word) {
	t.Helper()
	for _, w := range all {
		must(t, s.Hear(t.Context(), l.ID, w))
	}
}

func changes(t *testing.T, s *Store, c Class, after int64) board.Changes {
	t.Helper()
	all, err := s.Changes(t.Context(), c.ID, after)
	must(t, err)
	return all
}

// furnish asks a class everything that can be asked, and has a learner answer.
func furnish(t *testing.T, s *Store, c Class, l Learner) {
	t.Helper()
	ordered(t, s, c, board.Order{Hold: "mounts"}, board.Order{Hold: "a-root"}, board.Order{Hold: "pids"}, board.Order{Open: "a-root"},
		board.Order{Invite: &quiz}, board.Order{Poll: &quiz}, board.Order{Poll: &guess}, board.Order{Say: "look here"}, board.Order{Say: "and there", To: l.ID})
	poll := changes(t, s, c, All).Room.PollBy
	up := true
	said(t, s, l, channel.Word{Hand: &up, At: &guess}, channel.Word{Answer: &channel.Answer{Poll: poll, Option: "here"}}, channel.Word{Answer: &channel.Answer{Poll: poll, Option: "there"}},
		channel.Word{Answer: &channel.Answer{Poll: poll - 1, Option: "too late"}})
}

// TestRoomOutlivesItsServer: what a class was asked and has answered is there when
// the store is opened again.
func TestRoomOutlivesItsServer(t *testing.T) { onEach(t, roomOutlivesItsServer) }

func roomOutlivesItsServer(t *testing.T, where string) {
	first := open(t, where)
	c := class(t, first)
	ada := join(t, first, c, "ada")
	join(t, first, c, "bob")
	must(t, first.Save(t.Context(), ada.ID, []byte(file)))
	furnish(t, first, c, ada)
	must(t, first.Close())

	second := open(t, where)
	now := changes(t, second, c, All)
	if r := now.Room; !slices.Equal(r.Held, []string{"mounts", "pids"}) || r.Invited == nil || *r.Invited != quiz || r.Poll == nil || *r.Poll != guess || r.PollBy <= r.InvitedBy {
		t.Errorf("the room is %+v", r)
	}
	if len(now.Learners) != 2 {
		t.Fatalf("learners are %+v", now.Learners)
	}
	k := now.Learners[0]
	if k.Name != "ada" || !k.Hand || k.At == nil || *k.At != guess || k.Answer != "there" || k.Progress == nil || k.Since.IsZero() {
		t.Errorf("ada is kept as %+v", k)
	}
	if m := k.Messages; len(m) != 2 || m[0].Text != "look here" || m[1].Text != "and there" || m[0].Number >= m[1].Number {
		t.Errorf("unread are %+v", m)
	}
	if bob := now.Learners[1]; bob.Hand || bob.At != nil || bob.Answer != "" || len(bob.Messages) != 1 {
		t.Errorf("bob is kept as %+v", bob)
	}
	if polls, err := second.Polls(t.Context(), c.ID); err != nil || len(polls) != 2 || polls[0].Step != "quiz" || len(polls[0].Answers) != 0 || len(polls[1].Answers) != 1 || polls[1].Answers["ada"] != "there" || polls[1].Asked.IsZero() {
		t.Errorf("polls are %+v, %v", polls, err)
	}
	said(t, second, ada, channel.Word{Read: k.Messages[0].Number})
	ordered(t, second, c, board.Order{HandDown: ada.ID}, board.Order{})
	now = changes(t, second, c, now.Revision)
	if len(now.Learners) != 1 || now.Learners[0].Hand || len(now.Learners[0].Messages) != 1 || now.Learners[0].Answer != "" || now.Room.Poll != nil {
		t.Errorf("then: %+v, %+v", now.Room, now.Learners)
	}
	if again := changes(t, second, c, now.Revision); again.Room != nil || len(again.Learners) != 0 {
		t.Errorf("nothing has changed, and there is %+v", again)
	}
}

func TestMessagesThatAreNotRead(t *testing.T) { onEach(t, messagesThatAreNotRead) }

func messagesThatAreNotRead(t *testing.T, where string) {
	s := open(t, where)
	c := class(t, s)
	join(t, s, c, "ada")
	away := join(t, s, c, "bob")
	must(t, s.Leave(t.Context(), away.ID))
	for i := range channel.MaxUnread + 3 {
		ordered(t, s, c, board.Order{Say: fmt.Sprint("number ", i)})
	}
	all := changes(t, s, c, All).Learners
	if m := all[0].Messages; len(m) != channel.MaxUnread || m[0].Text != "number 3" {
		t.Errorf("unread are %+v", m)
	}
	if m := all[1].Messages; len(m) != 0 {
		t.Errorf("who is not here has %+v", m)
	}
}

// TestChangesAreMissedByNobody: many write at a time, from two servers, and a third
// reads meanwhile.
func TestChangesAreMissedByNobody(t *testing.T) {
	onEach(t, changesAreMissedByNobody)
}

func changesAreMissedByNobody(t *testing.T, where string) {
	const learners, words = 6, 5
	first, second, third := open(t, where), open(t, where), open(t, where)
	c := class(t, first)
	var all sync.WaitGroup
	for i := range learners {
		s := []*Store{first, second}[i%2]
		l := join(t, s, c, fmt.Sprint("learner-", i))
		all.Go(func() {
			for n := range words {
				up := n%2 == 0
				if err := s.Hear(t.Context(), l.ID, channel.Word{Hand: &up, At: &channel.Place{Lesson: "l", Step: fmt.Sprint(n)}}); err != nil {
					t.Error(err)
				}
			}
			if err := s.Order(t.Context(), c.ID, board.Order{Say: "done", To: l.ID}); err != nil {
				t.Error(err)
			}
		})
	}
	latest := map[string]board.Kept{}
	done := func() (n int) {
		for _, k := range latest {
			if len(k.Messages) == 1 && k.Hand && k.At != nil && k.At.Step == fmt.Sprint(words-1) {
				n++
			}
		}
		return n
	}
	var after int64 = All
	eventually(t, "all has come", func() bool {
		now := changes(t, third, c, after)
		after = now.Revision
		for _, k := range now.Learners {
			latest[k.Name] = k
		}
		return done() == learners
	})
	all.Wait()
}

// TestServersThatLive: a server says who is at another, until that one has ended.
func TestServersThatLive(t *testing.T) {
	where := storetest.Postgres(t)
	first, second := open(t, where), open(t, where)
	c := class(t, first)
	ada := join(t, first, c, "ada")
	if now := changes(t, first, c, All); len(now.Servers) != 0 {
		t.Errorf("the others are %v", now.Servers)
	}
	now := changes(t, second, c, All)
	if len(now.Servers) != 1 || now.Learners[0].Server != now.Servers[0] {
		t.Errorf("ada is at %d, of %v", now.Learners[0].Server, now.Servers)
	}
	must(t, first.Leave(t.Context(), ada.ID))
	if left := changes(t, second, c, now.Revision); len(left.Servers) != 0 || len(left.Learners) != 1 || left.Learners[0].Server != 0 {
		t.Errorf("ada has left: %+v", left)
	}
	must(t, first.Take(t.Context(), ada.ID))
	must(t, first.Close())
	eventually(t, "the database has seen that the server has ended", func() bool { return len(changes(t, second, c, All).Servers) == 0 })
}

// TestProgressOfAnotherServer comes along; one's own is known.
func TestProgressOfAnotherServer(t *testing.T) {
	where := storetest.Postgres(t)
	first, second := open(t, where), open(t, where)
	c := class(t, first)
	ada := join(t, first, c, "ada")
	before := changes(t, second, c, All).Revision
	must(t, first.Save(t.Context(), ada.ID, []byte(file)))
	for s, comes := range map[*Store]bool{first: false, second: true} {
		if now := changes(t, s, c, before); len(now.Learners) != 1 || (now.Learners[0].Progress != nil) != comes {
			t.Errorf("progress is to come: %v, and it has %+v", comes, now.Learners)
		}
	}
}

// TestSinceWhen there was progress: a step done, another one gone to; and not a hint.
func TestSinceWhen(t *testing.T) { onEach(t, sinceWhen) }

func sinceWhen(t *testing.T, where string) {
	s := open(t, where)
	c := class(t, s)
	ada := join(t, s, c, "ada")
	clock := time.Unix(1767323045, 0)
	s.now = func() time.Time { clock = clock.Add(time.Minute); return clock }
	must(t, s.Take(t.Context(), ada.ID))
	since := func() time.Time { return changes(t, s, c, All).Learners[0].Since }
	const step = `{"schema": "tentpole/progress/v1", "lessons": {"mounts": {"steps": {"one": {"hash": "a", "hints": %d%s}}}}}`
	for _, does := range []struct {
		what     string
		do       func() error
		progress bool
	}{
		{"a hint", func() error { return s.Save(t.Context(), ada.ID, fmt.Appendf(nil, step, 1, "")) }, false},
		{"a step done", func() error {
			return s.Save(t.Context(), ada.ID, fmt.Appendf(nil, step, 1, `, "done": "2026-01-02T03:04:05Z"`))
		}, true},
		{"a hand", func() error { up := true; return s.Hear(t.Context(), ada.ID, channel.Word{Hand: &up}) }, false},
		{"a place", func() error { return s.Hear(t.Context(), ada.ID, channel.Word{At: &quiz}) }, true},
	} {
		before := since()
		must(t, does.do())
		if after := since(); after.After(before) != does.progress {
			t.Errorf("%s: it was %v, and is %v", does.what, before, after)
		}
	}
}

func TestRestoredRoomIsNews(t *testing.T) { onEach(t, restoredRoomIsNews) }

func restoredRoomIsNews(t *testing.T, where string) {
	s := open(t, where)
	fill(t, s)
	name := t.TempDir() + "/backup"
	must(t, s.Backup(t.Context(), name))
	c := class(t, s)
	ordered(t, s, c, board.Order{}, board.Order{Hold: "later"}, board.Order{Open: "mounts"})
	before := changes(t, s, c, All).Revision
	must(t, s.Restore(t.Context(), name, true))
	now := changes(t, s, c, before)
	if now.Room == nil || !slices.Equal(now.Room.Held, []string{"mounts", "pids"}) || now.Room.Poll == nil || len(now.Learners) != 1 || now.Learners[0].Answer != "there" {
		t.Errorf("restored are %+v, %+v", now.Room, now.Learners)
	}
}
