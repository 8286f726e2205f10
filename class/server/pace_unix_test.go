//go:build unix

package server

import (
	"context"
	"testing"

	"golang.org/x/time/rate"
)

// zeros never end.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

func TestWhatIsShownIsPaced(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := newPaced(ctx, zeros{})
	p.rate.SetLimit(rate.Every(1 << 62)) // nothing comes after what comes at once
	b := make([]byte, 2*shownOnce)
	if n, err := p.Read(b); n != shownOnce || err != nil {
		t.Fatalf("at once came %d, %v", n, err)
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
