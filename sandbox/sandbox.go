// Package sandbox starts real processes with namespaces and a root directory
// of their own, one layer at a time: Spec → Plan → Start → Sandbox.
//
// A Spec is what is asked for: plain data. NewPlan turns it, for one Machine,
// into the ordered operations that make it true, which print themselves and
// touch nothing. Start performs them and reports each as it happened: the
// transcript. The Sandbox that comes back has an init of its own that starts
// commands inside, and that kills all of them when the owner closes it, exits
// or is killed.
//
// Use it to show and measure isolation. It is no container runtime: it has no
// images, no daemon and no state beyond its owner's life.
//
// Errors are *Error (operation, target, the kernel's errno, remedy),
// *UsageError (a word that does not exist) or wrap ErrNotSupported (this
// machine cannot). A failed Start leaves nothing behind; a sandbox whose owner
// was killed leaves only files in the state directory and an empty cgroup,
// which the next start removes.
//
// The package follows namespaces(7), user_namespaces(7), mount_namespaces(7),
// pid_namespaces(7), cgroups(7) and Documentation/filesystems/overlayfs.rst.
package sandbox

import (
	"context"
	"encoding/json"
	"os"
	"syscall"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
)

// Done is an operation as it happened.
type Done struct {
	Operation    Operation
	Layer        Layer
	Microseconds int64
	Err          error // nil when the kernel did it
}

// MarshalJSON writes the operation in words.
func (d Done) MarshalJSON() ([]byte, error) {
	out := struct {
		Op           string  `json:"op"`
		AsCommand    string  `json:"as_command"`
		Microseconds int64   `json:"microseconds"`
		Error        *string `json:"error"`
	}{d.Operation.String(), d.Operation.Command(), d.Microseconds, nil}
	if d.Err != nil {
		text := facts.Clean(d.Err.Error())
		out.Error = &text
	}
	return json.Marshal(out)
}

// Options say how to start.
type Options struct {
	// Observe, when set, is called for every operation as it happens, from
	// one goroutine at a time. It must not block.
	Observe func(Done)
	// Delegate, when set, is the user inside, as the host sees it, who may have
	// limits of their own below the sandbox's. It takes cgroup v2.
	Delegate *cgroup.Owner
	fail     *failure // for tests
}

// failure makes a step of a start fail on purpose.
type failure struct {
	step int    // its index in the plan
	how  string // proto.FailError, FailPanic or FailKill
}

// at tells whether a step of the parent's is to fail.
func (f *failure) at(step int) error {
	if f == nil || f.step != step {
		return nil
	}
	switch f.how {
	case proto.FailPanic:
		panic("on purpose")
	case proto.FailKill:
		self, _ := os.FindProcess(os.Getpid())
		self.Kill()
		select {}
	}
	return syscall.ECANCELED
}

// Size is the size of a terminal in character cells.
type Size struct{ Rows, Cols uint16 }

// Command is what to start inside.
type Command struct {
	// Args are the program, looked up in the PATH inside, and its arguments.
	Args []string
	// Program, when set, is the open file that is executed instead: it need not
	// be in any file system of the inside. Args[0] is then only its name. It
	// stays the caller's to close.
	Program *os.File
	// Env is the whole environment; nil means that of Sandbox.Environment.
	Env []string
	// Dir is the directory to start in, "/" when empty.
	Dir string
	// User is who it runs as: USER or USER:GROUP, names or numbers as the
	// sandbox's own /etc/passwd has them. "" is its root.
	User string
	// Terminal, when set, gives the command the sandbox's own pseudo
	// terminal of that size, and Process.Terminal its other side.
	Terminal *Size
	// Stdin, Stdout and Stderr are used without Terminal; nil is /dev/null.
	Stdin, Stdout, Stderr *os.File
	tool                  bool
}

// Status is how a command ended.
type Status struct {
	// Code is the exit status, or 128 and the signal's number.
	Code int
	// Signal is the number of the signal that killed it, 0 when none did.
	Signal int
}

// Start performs the plan and returns a running sandbox, whose init waits for
// commands. Close it. ctx ends the start only, not the sandbox.
func Start(ctx context.Context, p *Plan, o Options) (*Sandbox, error) {
	s, _, err := start(ctx, p, o, nil)
	return s, err
}

// Run performs the plan and starts a first command in the sandbox, which is
// faster than one after the other. Close the sandbox. When the command cannot
// be started, the error is Sandbox.Start's and the sandbox is gone.
func Run(ctx context.Context, p *Plan, o Options, c Command) (*Sandbox, *Process, error) {
	return start(ctx, p, o, &c)
}

// Open plans spec for this machine and starts it.
func Open(ctx context.Context, spec Spec, o Options) (*Sandbox, error) {
	m, err := Look()
	if err != nil {
		return nil, err
	}
	p, err := NewPlan(spec, m)
	if err != nil {
		return nil, err
	}
	return Start(ctx, p, o)
}

// Board compares the host (the caller) with the process inside, read now.
func (s *Sandbox) Board(ctx context.Context, pid int) (facts.Board, error) {
	host, err := facts.Self(ctx)
	if err != nil {
		return facts.Board{}, err
	}
	inside, err := s.Facts(ctx, pid)
	if err != nil {
		return facts.Board{}, err
	}
	return facts.Compare(host, inside), nil
}
