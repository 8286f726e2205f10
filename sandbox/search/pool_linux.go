package search

import (
	"strings"
	"sync"
	"sync/atomic"
)

// A frame is a directory with names of subdirectories still to be entered,
// each ending in NUL. One worker owns it at a time. Without a directory the
// names are roots of the search.
type frame struct {
	dir   *node
	names string
}

// next takes the first name off.
func (f *frame) next() (name string) {
	name, f.names, _ = strings.Cut(f.names, "\x00")
	return name
}

// split leaves about half of the names and returns a frame with the others.
// Both refer to the directory, so the caller counts one reference more. A
// frame with a single name gives nothing.
func (f *frame) split() (other frame, ok bool) {
	middle := strings.IndexByte(f.names[len(f.names)/2:], 0) + len(f.names)/2 + 1
	if middle == len(f.names) {
		if middle = strings.IndexByte(f.names, 0) + 1; middle == len(f.names) {
			return frame{}, false
		}
	}
	other = frame{f.dir, f.names[:middle]}
	f.names = f.names[middle:]
	return other, true
}

// A pool hands frames from workers that have many to workers that have none.
// Each worker keeps a stack of its own and comes here only when it is empty,
// or when somebody waits: on a warm cache that is a few dozen times a walk.
type pool struct {
	mu      sync.Mutex
	wake    *sync.Cond
	frames  []frame
	busy    int  // workers not waiting
	stopped bool // no more frames are given out

	hungry atomic.Int32 // workers waiting, minus frames that lie ready
}

// give hands frames over.
func (p *pool) give(frames ...frame) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frames = append(p.frames, frames...)
	p.hungry.Add(-int32(len(frames)))
	for range frames {
		p.wake.Signal()
	}
}

// take waits for a frame. It is false when the walk is over: everybody waits
// and there is none, or it was stopped.
func (p *pool) take() (frame, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy--
	p.hungry.Add(1)
	for len(p.frames) == 0 && p.busy > 0 && !p.stopped {
		p.wake.Wait()
	}
	if len(p.frames) == 0 || p.stopped {
		p.wake.Broadcast()
		return frame{}, false
	}
	p.busy++
	last := len(p.frames) - 1
	f := p.frames[last]
	p.frames = p.frames[:last]
	return f, true
}

// stop makes every take return at once.
func (p *pool) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	p.wake.Broadcast()
}
