package experiment

import (
	"context"
	"os"
	"syscall"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// Subject is what an experiment runs on: something that runs programs more or
// less apart from the host.
type Subject interface {
	Describe() Description
	// Start starts a command inside.
	Start(context.Context, Command) (Process, error)
	// Create has a process inside make a file with one line of content.
	Create(ctx context.Context, path, content string) (Canary, error)
	// Caught returns where on the host a write inside to path lands when an
	// upper directory catches it, else "".
	Caught(path string) string
	// Facts reads the facts of a process inside; see FactsOf.
	Facts(context.Context, Process) (facts.Facts, error)
	Transcript() []sandbox.Done
	// Another starts a subject of the same kind, like this one but for what
	// change does to its spec. The caller closes it. The error wraps
	// ErrNotSupported when this kind or this machine cannot.
	Another(ctx context.Context, change func(*sandbox.Spec)) (Subject, error)
	// Close ends it and everything in it.
	Close() error
}

// Command is what is started inside.
type Command struct {
	// Args are the program, looked up in the PATH inside, and its arguments.
	Args []string
	// Program, when set, is the open file that is executed; Args[0] is its name.
	Program *os.File
	// User is who it runs as, as the inside knows it; "" is its root.
	User string
	// Terminal gives it a pseudo terminal of its own instead of the files.
	Terminal bool
	// Stdin, Stdout and Stderr; nil is /dev/null. They stay the caller's.
	Stdin, Stdout, Stderr *os.File
}

// Process is a command that was started inside.
type Process interface {
	// PID is the host's number of it, 0 when the host has none: it runs on a
	// kernel of its own, or had ended before it could be asked. Inside is how the
	// inside numbers it.
	PID() int
	Inside() int
	Signal(syscall.Signal) error
	// Terminal is the other side of its terminal.
	Terminal() *os.File
	Done() <-chan struct{}
	Wait(context.Context) (sandbox.Status, error)
}

// Canary is a file that a process inside has made.
type Canary interface {
	// Made tells what that process sees of its file.
	Made() sandbox.Identity
	// PID is the host's number of the process, which stays until Remove; 0 when
	// the host has none.
	PID() int
	// Remove removes the file if it is still the same one.
	Remove(context.Context) error
}
