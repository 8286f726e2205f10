package tui

import (
	"context"
	"sync"

	"github.com/tentpole-labs/tentpole/lessons/play"
)

// hostShell is the learner's shell on the host, which nothing else owns: it ends
// when it is closed, also when that comes before it has started.
type hostShell struct {
	start func(ctx context.Context, cols, rows int) (play.Shell, error)

	mu     sync.Mutex
	shell  play.Shell
	closed bool
}

// open starts it.
func (h *hostShell) open(ctx context.Context, cols, rows int) (play.Shell, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, context.Canceled
	}
	var err error
	h.shell, err = h.start(ctx, cols, rows)
	return h.shell, err
}

// Close ends it and what was started in it.
func (h *hostShell) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	if h.shell == nil {
		return nil
	}
	return h.shell.Close()
}
