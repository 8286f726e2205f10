package tui

import (
	"context"
	"slices"
	"testing"
)

// TestMailbox: news that came while others were being taken goes with them, and
// the wait after that is for the next.
func TestMailbox(t *testing.T) {
	box := newMailbox[int]()
	box.put(1)
	<-box.ready // somebody is about to empty it
	box.put(2)
	if got := box.empty(); !slices.Equal(got, []int{1, 2}) {
		t.Fatalf("took %v", got)
	}
	taken := make(chan []int)
	go func() { taken <- box.take(t.Context()) }()
	select {
	case got := <-taken:
		t.Fatalf("took %v from an empty box", got)
	case box.ready <- struct{}{}: // it has begun to wait: there is room for a sign again
	}
	box.put(3)
	if got := <-taken; !slices.Equal(got, []int{3}) {
		t.Errorf("took %v", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := newMailbox[int]().take(ctx); got != nil {
		t.Errorf("took %v after the end", got)
	}
}
