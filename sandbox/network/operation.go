package network

import (
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// Operation is one thing asked of the kernel to connect a sandbox or to take
// the connection away. All of them are performed by the parent.
type Operation interface {
	// String says what is asked of the kernel.
	String() string
	// Command is what a person would type for the same effect. $PID stands for
	// a process in the sandbox's network namespace.
	Command() string
	// Inside tells whether it changes the sandbox's network namespace, and
	// nothing in the host's.
	Inside() bool
}

// place is where an operation on a link, an address or a route acts.
type place bool

const (
	onHost place = false
	inside place = true
)

func (p place) Inside() bool { return bool(p) }

// says marks what is said of an operation on the inside.
func (p place) says(words ...string) string {
	s := strings.Join(words, " ")
	if p == inside {
		s += ", inside"
	}
	return s
}

// command writes words for a shell, as typed on the host.
func (p place) command(words ...string) string {
	var quoted []string
	if p == inside {
		quoted = append(quoted, "nsenter", "-t", "$PID", "-n")
	}
	for _, w := range words {
		quoted = append(quoted, op.Quote(w))
	}
	return strings.Join(quoted, " ")
}
