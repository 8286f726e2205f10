//go:build unix

package server

import (
	"context"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/sandbox"
)

// zeros never end.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

func TestWhatIsShownIsPaced(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := newPaced(ctx, zeros{}, newSpare())
	p.shown.SetLimit(rate.Every(1 << 62)) // nothing comes after what comes at once
	b := make([]byte, 2*shownOnce)
	for at := 0; at < shownOnce; {
		n, err := p.Read(b)
		if at += n; n == 0 || at > shownOnce || err != nil {
			t.Fatalf("at once came %d, %v", at, err)
		}
	}
	more := make(chan int)
	go func() { n, _ := p.Read(b[:1]); more <- n }()
	select {
	case <-more:
		t.Error("more came at once")
	default:
	}
	cancel() // the session is over: the last words are shown
	if n := <-more; n != 1 {
		t.Errorf("%d bytes came at the end", n)
	}
}

// TestOneDoesNotTakeAll: when somebody has shown all that there is to spare, others
// still have their little.
func TestOneDoesNotTakeAll(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	spare := rate.NewLimiter(rate.Every(1<<62), spareOnce)
	flood, other := newPaced(ctx, zeros{}, spare), newPaced(ctx, zeros{}, spare)
	spare.AllowN(time.Now(), spareOnce)
	b := make([]byte, littleOnce)
	for _, p := range []*paced{flood, other} {
		if n, err := p.Read(b); n != littleOnce || err != nil {
			t.Fatalf("of a little came %d, %v", n, err)
		}
	}
	more := make(chan int)
	go func() { n, _ := flood.Read(b); more <- n }()
	select {
	case <-more:
		t.Error("more came, and nothing was to spare")
	default:
	}
	cancel()
	<-more
}

// TestKeysAreToldOf: a tent hears of what is typed in it.
func TestKeysAreToldOf(t *testing.T) {
	fake := &fakeTents{given: map[string]string{}}
	tent, err := fake.raise(t.Context(), store.Learner{Name: "ada"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := tent.Start(t.Context(), "xterm", sandbox.Size{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	s := newSeat(store.Learner{}, p, time.Hour, newSpare())
	if _, err := s.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if n := p.(*fakeProgram).keys.Load(); n != 1 {
		t.Errorf("it was told of %d", n)
	}
	p.Release()
}
