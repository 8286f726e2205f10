package vm

import (
	"io"
	"os"
	"strings"
	"sync"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// consoleKept is how much of the end of a console is kept, in bytes.
const consoleKept = 64 << 10

// tail keeps the end of what is written to it.
type tail struct {
	mu      sync.Mutex
	text    []byte
	written int64 // in all
	ended   bool
	more    chan struct{} // closed, and another made, when there is more or no more
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	if over := len(t.text) - consoleKept; over > 0 {
		t.text = append(t.text[:0], t.text[over:]...)
	}
	t.written += int64(len(b))
	t.tell()
	return len(b), nil
}

// end says that no more comes.
func (t *tail) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
	t.tell()
}

// tell wakes who waits for more.
func (t *tail) tell() {
	if t.more != nil {
		close(t.more)
		t.more = nil
	}
}

// after copies what was written after an offset, as far as it is kept. Where there
// is nothing yet, more is closed when that has changed.
func (t *tail) after(offset int64, b []byte) (n int, next int64, more <-chan struct{}, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	offset = max(offset, t.written-int64(len(t.text)))
	n = copy(b, t.text[len(t.text)-int(t.written-offset):])
	switch {
	case n > 0:
		return n, offset + int64(n), nil, nil
	case t.ended:
		return 0, offset, nil, io.EOF
	}
	if t.more == nil {
		t.more = make(chan struct{})
	}
	return 0, offset, t.more, nil
}

// follower reads a tail.
type follower struct {
	tail   *tail
	offset int64
	once   sync.Once
	closed chan struct{}
}

func (f *follower) Read(b []byte) (n int, err error) {
	for {
		var more <-chan struct{}
		n, f.offset, more, err = f.tail.after(f.offset, b)
		if more == nil || len(b) == 0 {
			return n, err
		}
		select {
		case <-more:
		case <-f.closed:
			return 0, io.ErrClosedPipe
		}
	}
}

func (f *follower) Close() error {
	f.once.Do(func() { close(f.closed) })
	return nil
}

// lines are the last ones that say anything, fit for a terminal: what a machine
// writes to its console is hostile.
func (t *tail) lines(most int) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []string
	for line := range strings.Lines(string(t.text)) {
		if line = strings.TrimSpace(facts.Clean(strings.TrimRight(line, "\r\n"))); line != "" {
			all = append(all, line)
		}
	}
	return all[max(0, len(all)-most):]
}

// follow copies what a machine says to a tail until it says no more.
func (t *tail) follow(from *os.File) {
	io.Copy(t, from)
	t.end()
	from.Close()
}
