// Package op holds the operations that raise a sandbox: plain values that a
// plan lists, the child performs, the transcript records and the screen
// prints. The value that is shown is the value that ran.
//
// An operation carries its arguments and nothing else, so it can be planned
// on one side of a handshake and performed on the other. It knows which
// namespace it acts on (Acts); whoever performs it must first make sure that
// this namespace is the sandbox's own, because mount(2), pivot_root(2) or
// sethostname(2) in a shared namespace change the machine for everybody.
//
// The package is linked into the first moments of the child, before most of
// the program is initialised, and so imports only low packages. Do not add
// net, regexp or text/* here.
//
// Errors are the kernel's errno, wrapped in *Error with what was tried and on
// what. Kernel documentation: namespaces(7), mount_namespaces(7),
// user_namespaces(7), mount(2), fsopen(2), pivot_root(2), time_namespaces(7),
// Documentation/filesystems/overlayfs.rst.
package op

import (
	"fmt"

	"github.com/tentpole-labs/tentpole/sandbox/internal/wire"
)

// Operation is one thing that the kernel is asked to do.
type Operation interface {
	// String says what is asked of the kernel, close to the system call.
	String() string
	// Command is what a person would type for the same effect; "" when no
	// program does just this.
	Command() string
	// Acts lists the namespaces that the operation changes, by layer word
	// ("mount", "uts", …). Each must be the sandbox's own when it runs.
	Acts() []string
}

// Performer is an operation that the child can carry out by itself. The
// others (clone, cgroup, detached overlay) are carried out by the parent.
type Performer interface {
	Operation
	// Perform appends the operation's system calls. Paths of the host's that are
	// looked at for it are the same for parent and child.
	Perform(*Script) error
}

// Choice is two operations, of which one is performed: the second where the
// kernel does not permit the first.
type Choice interface {
	Operation
	First() Operation
	Second() Operation
}

// ProgramDescriptor names the program that the init and its helpers run.
const ProgramDescriptor = "program"

// Error is an operation that the kernel refused.
type Error struct {
	Op     string // what was tried: "mount", "pivot_root"
	Target string // on what
	Err    error  // what the kernel answered, a syscall.Errno where there is one
}

func (e *Error) Error() string {
	if e.Target == "" {
		return fmt.Sprintf("%s: %v", e.Op, e.Err)
	}
	return fmt.Sprintf("%s %s: %v", e.Op, e.Target, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

func failed(op, target string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Op: op, Target: target, Err: err}
}

// row is how one type of operation travels.
type row struct {
	kind   string
	is     func(Operation) bool
	encode func(*wire.Coder, Operation)
	decode func(*wire.Coder) Operation
	empty  Operation
}

func of[T Operation, P interface {
	*T
	wire.Value
}](kind string) row {
	return row{
		kind:   kind,
		empty:  *new(T),
		is:     func(o Operation) bool { _, ok := o.(T); return ok },
		encode: func(c *wire.Coder, o Operation) { v := o.(T); P(&v).Code(c) },
		decode: func(c *wire.Coder) Operation { var v T; P(&v).Code(c); return v },
	}
}

// table holds every operation there is.
var table = []row{
	of[MakeCgroup]("cgroup"), of[MakeBranches]("branches"), of[SetLimits]("limits"), of[StartScope]("scope"), of[Clone]("clone"), of[BuildTiny]("build-tiny"), of[BuildOverlay]("build-overlay"),
	of[PrivateMounts]("private-mounts"), of[AttachMount]("attach-mount"), of[Mount]("mount"), of[Bind]("bind"), of[MountOrBind]("mount-or-bind"),
	of[OverlayDirectory]("overlay-directory"), of[MakeDirectory]("directory"), of[MakeSymlink]("symlink"),
	of[Devices]("devices"), of[BuildDevices]("build-devices"), of[BuildTerminals]("build-terminals"), of[Mask]("mask"), of[PivotRoot]("pivot-root"),
	of[SetHostname]("hostname"), of[LinkUp]("link-up"), of[UnshareCgroup]("unshare-cgroup"), of[UnshareTime]("unshare-time"),
	of[OpenTree]("open-tree"), of[PlaceMount]("place-mount"), of[ReadOnlyRoot]("read-only-root"), of[WriteFile]("write-file"),
	of[HidePaths]("hide-paths"), of[JoinCgroup]("join-cgroup"), of[CgroupNamespace]("cgroup-namespace"), of[LimitCapabilities]("capabilities"),
	of[NoNewPrivileges]("no-new-privs"), of[Landlock]("landlock"), of[Seccomp]("seccomp"),
	of[Execute]("execute"),
}

func find(o Operation) int {
	for i, r := range table {
		if r.is(o) {
			return i
		}
	}
	return -1
}

// Empty returns one operation of every type there is, without arguments: tests
// go through them, so that none is forgotten.
func Empty() []Operation {
	out := make([]Operation, len(table))
	for i, r := range table {
		out[i] = r.empty
	}
	return out
}

// Kind is the operation's short name.
func Kind(o Operation) string {
	if i := find(o); i >= 0 {
		return table[i].kind
	}
	return fmt.Sprintf("%T", o)
}

// List is a sequence of operations that can be sent.
type List []Operation

// Code implements wire.Value.
func (l *List) Code(c *wire.Coder) {
	wire.List(c, (*[]Operation)(l), func(c *wire.Coder, o *Operation) {
		i := -1
		if !c.Reading() {
			i = find(*o)
		}
		c.Int(&i)
		switch {
		case i < 0 || i >= len(table):
			c.Fail("unknown operation")
		case c.Reading():
			*o = table[i].decode(c)
		default:
			table[i].encode(c, *o)
		}
	})
}
