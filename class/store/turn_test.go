package store

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/class/store/storetest"
)

const (
	earlier = `{"schema": "tentpole/progress/v1", "lessons": {"mounts": {"steps": {"one": {"hash": "a"}}}}}`
	later   = `{"schema": "tentpole/progress/v1", "lessons": {"mounts": {"steps": {"one": {"hash": "a"}, "two": {"hash": "b"}}}}}`
)

// TestLearnerMovesFromServerToServer: the second server asks, the first keeps the
// rest and lets go, and has nothing to say after that.
func TestLearnerMovesFromServerToServer(t *testing.T) {
	where := storetest.Postgres(t)
	first, second := open(t, where), open(t, where)
	ada := join(t, first, class(t, first), "ada")
	must(t, first.Save(t.Context(), ada.ID, []byte(earlier)))
	moved := make(chan error, 1)
	go func() { moved <- second.Take(t.Context(), ada.ID) }()
	eventually(t, "the second server asks", func() bool {
		list, err := first.Wanted(t.Context())
		return err == nil && slices.Equal(list, []int64{ada.ID})
	})
	must(t, first.Save(t.Context(), ada.ID, []byte(later)))
	must(t, first.Leave(t.Context(), ada.ID))
	must(t, <-moved)
	if file, err := second.Progress(t.Context(), ada.ID); string(file) != later || err != nil {
		t.Errorf("what came along: %s, %v", file, err)
	}
	if err := first.Save(t.Context(), ada.ID, []byte(earlier)); !errors.Is(err, ErrElsewhere) {
		t.Errorf("kept from a server that the learner has left: %v", err)
	}
	must(t, first.Leave(t.Context(), ada.ID)) // takes nobody away from the second
	must(t, second.Save(t.Context(), ada.ID, []byte(later)))
	for _, s := range []*Store{first, second} {
		if list, err := s.Wanted(t.Context()); len(list) > 0 || err != nil {
			t.Errorf("still wanted: %v, %v", list, err)
		}
	}
}

// TestLearnerOfAServerThatHasEnded: nobody is there to ask.
func TestLearnerOfAServerThatHasEnded(t *testing.T) {
	onEach(t, func(t *testing.T, where string) {
		first, second := open(t, where), open(t, where)
		ada := join(t, first, class(t, first), "ada")
		must(t, first.Close())
		must(t, second.Take(t.Context(), ada.ID))
		must(t, second.Save(t.Context(), ada.ID, []byte(later)))
	})
}

// TestLearnerIsNotTakenFromALivingServer, until it has had time to let go.
func TestLearnerIsNotTakenFromALivingServer(t *testing.T) {
	where := storetest.Postgres(t)
	first, second := open(t, where), open(t, where)
	ada := join(t, first, class(t, first), "ada")
	if err := second.take(t.Context(), ada.ID, false); !errors.Is(err, ErrElsewhere) {
		t.Errorf("taken at once: %v", err)
	}
	must(t, second.take(t.Context(), ada.ID, true))
	if err := first.Save(t.Context(), ada.ID, []byte(later)); !errors.Is(err, ErrElsewhere) {
		t.Errorf("kept from the first: %v", err)
	}
	if err := first.Take(t.Context(), 99); !errors.Is(err, ErrNone) {
		t.Errorf("who is in no class: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := first.Take(ended, ada.ID); !errors.Is(err, context.Canceled) {
		t.Errorf("who asks no more: %v", err)
	}
}

// TestLostConnectionIsMadeAgain: the database ends the connection that shows that
// a server lives.
func TestLostConnectionIsMadeAgain(t *testing.T) {
	where := storetest.Postgres(t)
	first, second := open(t, where), open(t, where)
	ada := join(t, first, class(t, first), "ada")
	_, err := second.db.Exec("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
	must(t, err)
	eventually(t, "it shows itself again", func() bool { _, err := first.Wanted(t.Context()); return err == nil })
	if err := second.take(t.Context(), ada.ID, false); !errors.Is(err, ErrElsewhere) {
		t.Errorf("taken from a server that lives: %v", err)
	}
}

func TestHostKeyIsMadeOnce(t *testing.T) {
	onEach(t, func(t *testing.T, where string) {
		const servers = 5
		got := make(chan string, servers)
		for i := range servers {
			s := open(t, where)
			go func() {
				pem, err := s.HostKey(t.Context(), func() ([]byte, error) { return []byte{'a' + byte(i)}, nil })
				if err != nil {
					t.Error(err)
				}
				got <- string(pem)
			}()
		}
		first := <-got
		for range servers - 1 {
			if next := <-got; next != first || next == "" {
				t.Errorf("one server is known by %q, another by %q", first, next)
			}
		}
	})
}

// eventually waits for long.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for limit := time.Now().Add(20 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("not so: ", what)
		}
	}
}
