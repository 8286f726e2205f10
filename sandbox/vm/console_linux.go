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
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	if over := len(t.text) - consoleKept; over > 0 {
		t.text = append(t.text[:0], t.text[over:]...)
	}
	return len(b), nil
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
	from.Close()
}
