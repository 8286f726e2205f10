package terminal

import (
	"context"
	"time"
)

// Frames waits for terminals that stand on one screen, so that what they show
// gets there together, and at most sixty times a second however many they are.
type Frames struct {
	changed chan struct{} // at most one: that there is something to take
	last    time.Time     // when Wait returned last
}

// NewFrames makes one that no terminal has yet.
func NewFrames() *Frames { return &Frames{changed: make(chan struct{}, 1)} }

// Wait waits until one of the terminals has a frame for Latest, or returns false
// when ctx ends. After a pause it returns at once. One goroutine at a time may
// wait.
func (f *Frames) Wait(ctx context.Context) bool {
	select {
	case <-f.changed:
	case <-ctx.Done():
		return false
	}
	if rest := frameTime - time.Since(f.last); rest > 0 {
		pause := time.NewTimer(rest)
		defer pause.Stop()
		select {
		case <-pause.C:
		case <-ctx.Done():
			return false
		}
	}
	f.last = time.Now()
	return true
}

func (f *Frames) tell() {
	if f == nil {
		return
	}
	select {
	case f.changed <- struct{}{}:
	default:
	}
}
