package search

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// keptDirectories is how many directories stay open for their children, all
// workers together. It lies above what the usual tree needs (its depth times
// the number of workers), and well below the usual limit of 1024.
const keptDirectories = 192

// A walk is one search: the starts, the workers that read directories, and
// what they have in common.
type walk struct {
	asked context.Context // the caller's
	ctx   context.Context // ends with the caller's, and when the walk cannot go on
	end   context.CancelCauseFunc
	name  string // what is looked for, with its NUL
	tree  *crossing
	pool  pool

	kept    atomic.Int32 // directories kept open
	maxKept int32

	mu      sync.Mutex
	fileSys []string
	skipped []SkippedMount
	refused []error // roots that could not be opened
}

func newWalk(ctx context.Context, name string, tree *crossing) *walk {
	w := &walk{asked: ctx, name: name + "\x00", tree: tree, maxKept: keptDirectories}
	w.ctx, w.end = context.WithCancelCause(ctx)
	w.pool.wake = sync.NewCond(&w.pool.mu)
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) == nil && limit.Cur/4 < keptDirectories {
		w.maxKept = int32(limit.Cur / 4)
	}
	return w
}

// enter notes a file system that is walked.
func (w *walk) enter(m *Mount) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if m != nil && !slices.Contains(w.fileSys, m.Target) {
		w.fileSys = append(w.fileSys, m.Target)
	}
}

// refuse notes a root that cannot be searched; the others still are.
func (w *walk) refuse(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refused = append(w.refused, err)
}

// skip notes a mount that is not walked.
func (w *walk) skip(m *Mount, why string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := SkippedMount{m.Target, m.Type, why}
	if !slices.Contains(w.skipped, s) {
		w.skipped = append(w.skipped, s)
	}
}

// err is what the walk ended with: the caller's wish, a failure that would
// make the result untrue, or the roots that could not be searched.
func (w *walk) err() error {
	if err := w.asked.Err(); err != nil {
		return fmt.Errorf("search stopped: %w", err)
	}
	if err := context.Cause(w.ctx); err != nil {
		return err
	}
	return errors.Join(w.refused...)
}

// release gives up one reference to a node, and closes what nobody needs.
func (w *walk) release(n *node) {
	for n != nil && n.refs.Add(-1) == 0 {
		if n.fd >= 0 {
			unix.Close(n.fd)
			w.kept.Add(-1)
			return // its parent was let go when it was opened
		}
		n = n.parent
	}
}

// mayKeep reports whether one more descriptor may stay open, and counts it.
func (w *walk) mayKeep() bool {
	if w.kept.Add(1) <= w.maxKept {
		return true
	}
	w.kept.Add(-1)
	return false
}
