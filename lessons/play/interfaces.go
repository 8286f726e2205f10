package play

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/export"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// Engine is what a player needs of the machine.
type Engine interface {
	// Plan works out what a spec comes to here. It starts nothing.
	Plan(sandbox.Spec) (*sandbox.Plan, error)
	// Start starts a sandbox, which the caller closes. observe is called for
	// each operation as it happens, from one goroutine at a time.
	Start(ctx context.Context, p *sandbox.Plan, observe func(sandbox.Done)) (Sandbox, error)
	// Open starts a subject of another kind than tentpole's own sandboxes, which
	// the caller closes. The error says what is missing here.
	Open(context.Context, subject.Kind, sandbox.Spec) (Sandbox, error)
	// Unpack fetches the image that a spec names, if it is not here yet; another
	// spec comes back as it is. say is told in words how far it is.
	Unpack(ctx context.Context, s sandbox.Spec, say func(string)) (sandbox.Spec, error)
	// Export says a plan in the words of another tool.
	Export(ctx context.Context, form export.Form, p *sandbox.Plan, command []string) (export.Export, error)
}

// Sandbox is a running one. Methods may be called from any goroutine.
type Sandbox interface {
	Plan() *sandbox.Plan
	Transcript() []sandbox.Done
	// Look reads the facts of the newest command inside and of the host.
	Look(context.Context, Question) (Sight, error)
	// Experiment runs one of the catalogue. progress must not block.
	Experiment(ctx context.Context, id string, with map[string]string, progress func(experiment.Progress)) (experiment.Result, error)
	// Shell starts a shell inside on a terminal of its own.
	Shell(ctx context.Context, cols, rows int) (Shell, error)
	// Script starts a shell inside that takes one line after the other.
	Script(context.Context) (Script, error)
	// Statistics tells what the commands use together. It, Freeze and Thaw need
	// a sandbox with a limit.
	Statistics() (cgroup.Statistics, error)
	// Freeze stops all commands where they are, until Thaw. It waits at most
	// patience for the last of them.
	Freeze(patience time.Duration) error
	Thaw() error
	// Done is closed when the sandbox is gone, whoever ended it.
	Done() <-chan struct{}
	// Close ends everything inside and waits until it is gone.
	Close() error
}

// Question says what a look shall find out besides what is always read.
type Question struct {
	Paths     []string // paths to compare on the board
	Processes bool     // list the processes, which looks at every one of the machine
}

// Sight is what one look found.
type Sight struct {
	Board facts.Board // host and inside
	Plain facts.Board // host and a plain process: the board before any layer
	Env   lessons.Env // the same facts as a condition asks for them; no outcome
}

// Shell is the near side of a shell's terminal. What is read from it is
// hostile. Read fails when the shell is gone.
type Shell interface {
	io.ReadWriter
	// Resize tells the shell the size in character cells.
	Resize(cols, rows int) error
	// Close hangs up, as a terminal window does that is closed.
	Close() error
}

// Script is a shell that runs one line after the other and keeps its
// directory and variables in between.
type Script interface {
	// Run runs one line, copies what it writes to out, byte for byte, and
	// returns its exit status. The error says that the shell itself is gone.
	Run(ctx context.Context, line string, out io.Writer) (status int, err error)
	Close() error
}

// NotHere tells whether the error says that this machine cannot, as opposed
// to something having gone wrong.
func NotHere(err error) bool { return errors.Is(err, features.ErrNotSupported) }
