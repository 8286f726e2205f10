// Package proto is the conversation between tentpole and the init of a
// sandbox, over one socketpair, in named messages:
//
//	tentpole                               init
//	   |  clone, id maps                    |
//	   |----------------------------------->|  exec: taken over before main
//	   |  Configure{operations} + mounts    |  or Configure{…, raised, begun}
//	   |----------------------------------->|
//	   |          Performed{first, µs…}     |  for all operations, in order,
//	   |<-----------------------------------|  Failed{…} for the one that was refused;
//	   |                                    |  neither when all is raised
//	   |          Ready{}                   |
//	   |<-----------------------------------|
//	   |  Run{id, args} + stdin,out,err     |
//	   |----------------------------------->|
//	   |   Started{id, pid} + pidfd [+ pty] |  or Refused{id, …}
//	   |<-----------------------------------|
//	   |   Exited{id, status}               |
//	   |<-----------------------------------|
//	   |  Ask{} [+ cgroup file]             |
//	   |----------------------------------->|
//	   |          Told{hostname, …}         |
//	   |<-----------------------------------|
//	   |  Socket{id, family}                |
//	   |----------------------------------->|
//	   |   Opened{id} + socket              |  of the sandbox's network namespace
//	   |<-----------------------------------|
//	   |  end of the liveness pipe          |
//	   |----------------------------------->|  kills everything, then itself
//
// Where a child of the first process raises the sandbox beside it, there is
// another one, of a byte and descriptors each time: the mounts, the cgroups, and
// from there what the init is to have.
//
// Messages are a kind and its fields (package wire) behind a length of four bytes; descriptors travel with
// the first byte (unix(7), SCM_RIGHTS) and belong to the receiver. Nothing a
// command inside says ever enters this conversation: it is not given the
// socket.
package proto

import (
	"fmt"
	"syscall"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/internal/wire"
)

// InitName is argv[0] of a sandbox's first process: how the program knows,
// before main, that it is to be an init. ToolName is argv[0] of the helper
// that works inside as an ordinary command.
const (
	InitName = "tentpole-init"
	ToolName = "tentpole-inside"
)

// Descriptors that the init is born with.
const (
	SocketFD   = 3
	LivenessFD = 4
)

// Limit is the size in bytes of the largest message.
const Limit = 16 << 20

// Kinds of messages.
const (
	KindConfigure = "configure"
	KindPerformed = "performed"
	KindFailed    = "failed"
	KindReady     = "ready"
	KindRun       = "run"
	KindStarted   = "started"
	KindRefused   = "refused"
	KindExited    = "exited"
	KindAsk       = "ask"
	KindTold      = "told"
	KindSocket    = "socket"
	KindOpened    = "opened"
)

// Message is one message; its body is one of the types below, by Kind.
type Message struct {
	Kind string
	body []byte
}

// Decode reads the body into v.
func (m Message) Decode(v wire.Value) error {
	if err := wire.Decode(m.body, v); err != nil {
		return fmt.Errorf("%s %w", m.Kind, err)
	}
	return nil
}

// Empty is the body of a message that says it all by its kind.
type Empty struct{}

// Code implements wire.Value.
func (*Empty) Code(*wire.Coder) {}

// Configure is the first message: what the child is to do.
type Configure struct {
	Operations op.List
	// Names of the descriptors that came along, in order.
	Descriptors []string
	// Host holds the inode of each of the host's namespaces. An operation is
	// performed only where the child's own differs.
	Host []Namespace
	// Own are the namespaces that must differ from the host's when all is done.
	Own []string
	// Environment of everything that is started inside, unless Run gives one.
	Environment []string
	// Raised says that the operations have been performed, beside the init. Kept
	// are the descriptors that it was born with then, by name.
	Raised bool
	Kept   []Kept
	// Begun is the first command, if it runs already.
	Begun *Started
	// Raiser is who has performed the operations, by the number inside, and is
	// ending; 0 when that one has become the command.
	Raiser int
	// FailAt makes the operation with this index fail, for tests, as FailHow
	// says; -1 never.
	FailAt  int
	FailHow string
}

// How an operation fails on purpose.
const (
	FailError = "error"
	FailPanic = "panic"
	FailKill  = "kill" // it waits to be killed
)

// Kept is a descriptor that the init is born with.
type Kept struct {
	Name string
	FD   int
}

// Namespace is one namespace by its layer word.
type Namespace struct {
	Layer string
	Inode uint64
}

// KillDescriptor names the descriptor of the sandbox's cgroup.kill.
const KillDescriptor = "cgroup.kill"

// BegunDescriptor names the first command's pidfd, where it runs already.
const BegunDescriptor = "begun"

// ThawDescriptor names the descriptor of the v1 group's freezer.state: a frozen
// process does not die.
const ThawDescriptor = "freezer.state"

// Later stands for the time of an operation that each command performs on
// itself.
const Later = -1

// Performed says that the operations from First on were done, and how long
// each took, in microseconds, or Later. Fast ones are reported together.
type Performed struct {
	First int
	Took  []int64
	// Refused are those of them whose first choice was refused, and the second
	// one done; op.Choice.
	Refused []Failed
}

// Failed says that operation Index was refused, and why. Index is -1 when
// the failure belongs to none of them.
type Failed struct {
	Index        int
	Microseconds int64
	Op           string
	Target       string
	Errno        int
	Text         string
}

// Error gives back the typed error.
func (f Failed) Error() error {
	var cause error = fmt.Errorf("%s", f.Text)
	if f.Errno != 0 {
		cause = syscall.Errno(f.Errno)
	}
	return &op.Error{Op: f.Op, Target: f.Target, Err: cause}
}

// Size is the size of a terminal, in cells.
type Size struct {
	Rows uint16
	Cols uint16
}

// Run asks for a command. Without Terminal three descriptors come along:
// standard input, output and error.
type Run struct {
	ID   int
	Args []string
	Env  []string
	Dir  string
	// User is who the command runs as, USER or USER:GROUP as the sandbox knows
	// them; "" is root.
	User string
	// Terminal, when set, asks for the sandbox's own pseudo terminal.
	Terminal *Size
	// Tool runs tentpole's own helper inside, with Args as its arguments.
	Tool bool
	// Program says that the file to execute comes along, as the last descriptor.
	Program bool
}

// Started tells that a command runs; its pidfd, and the master side of its
// terminal if it has one, come along.
type Started struct {
	ID           int
	PID          int // as seen from inside
	Microseconds int64
	// Operations are those that the command performed on itself, by their
	// index, and Took how long each of them took, in microseconds.
	Operations []int
	Took       []int64
}

// Refused tells that a command could not be started.
type Refused struct {
	ID    int
	Text  string
	Errno int
	// Operation is the one that the command was refused, -1 when it was none;
	// Op says what was tried.
	Operation int
	Op        string
}

// Exited tells that a command ended. Status is its exit code, or 128 and the
// number of the signal that killed it.
type Exited struct {
	ID     int
	Status int
	Signal int
}

// Told is what the init sees from inside.
type Told struct {
	Hostname string
	// Cgroup is what the open /proc/PID/cgroup that came with the question says
	// in the cgroup namespace of the commands; empty without one.
	Cgroup string
	// Landlock is the number of domains that a command begins in, or Uncounted.
	Landlock int
}

// Uncounted stands for a number that the init could not find out.
const Uncounted = -1

// Socket asks for a stream socket that belongs to the sandbox's network
// namespace, whoever connects it later; network_namespaces(7).
type Socket struct {
	ID     int
	Family int // AF_INET or AF_INET6
}

// Opened answers: the socket comes along, unless Errno says why not.
type Opened struct {
	ID    int
	Errno int
}
