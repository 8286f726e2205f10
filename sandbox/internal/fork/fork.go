// Package fork starts a process that makes a list of system calls before it
// executes a program.
//
// What a process takes on for itself (a cgroup, a smaller set of capabilities,
// no_new_privs, a Landlock domain, a seccomp filter) is inherited by what it
// starts and can mostly not be taken off again. The init of a sandbox must keep
// its own rights, so each command takes on its restrictions itself, between
// fork and exec. syscall.ForkExec knows a fixed set of such calls; this package
// makes those it is given.
//
// Between fork and exec there is one thread, no scheduler and no memory to be
// had: a Program is therefore put together before, as plain system calls, and
// says how far it came through a page that parent and child share. It works
// even under a seccomp filter that leaves nothing but execve.
//
// Use os/exec for everything else. Sources: clone(2), execve(2),
// syscall/exec_linux.go of Go's standard library.
package fork

import "fmt"

// Call is one system call, or what Skip, Differ and Child make. What its arguments
// point to must stay reachable through Keep.
type Call struct {
	Number uintptr
	Args   [6]uintptr
	// Load are arguments that are known only when the call is made.
	Load []Load
	// Into takes what the call returns: a descriptor, for a later one to load.
	Into *int32
	// Least is what it has to return; less is refused with EPIPE.
	Least uintptr
	// Answers say where to go on when it is refused.
	Answers []Answer
	Keep    any
	// Optional calls may be refused.
	Optional bool
	// Name and Target are what was tried, for errors: "prctl
	// PR_SET_NO_NEW_PRIVS", or "mount tmpfs on" and "/dev".
	Name, Target string

	step  kind
	count int // of the calls that are left out, or the child's child's
	word  *uint64
	other uint64
	child *birth
}

// birth is how a child of a child is born.
type birth struct {
	args          cloneArgs
	cgroup, pidfd *int32
}

// cloneArgs is struct clone_args; clone(2).
type cloneArgs struct {
	flags, pidfd, childTID, parentTID, exitSignal, stack, stackSize, tls, setTID, setTIDSize, cgroup uint64
}

// Load is an argument by its place, and where it will be.
type Load struct {
	Place int
	From  *int32
}

// Answer is a refusal that is no failure: the child goes on with another call.
// That may be the one behind the last, but none before.
type Answer struct {
	Errno uintptr
	To    int // relative: 1 is the next
	// Note takes the refusal, where somebody wants to know.
	Note *int32
}

// Skip leaves out the next calls.
func Skip(calls int) Call { return Call{step: skip, count: calls} }

// Differ compares a word with what it must not be, and is refused with that errno
// where it is.
func Differ(word *uint64, other uint64, errno uintptr, name, target string) Call {
	return Call{step: differ, word: word, other: other, Number: errno, Name: name, Target: target}
}

// kind is what is done: a system call, or what needs no kernel.
type kind uint8

const (
	ask kind = iota
	differ
	skip
	note  // a number is copied from one place to another
	beget // the next calls are made by a child of the child
	part  // and the child goes on meanwhile
)

// Error is a call of the child's that the kernel refused.
type Error struct {
	Index        int // of the call in the program
	Name, Target string
	Err          error // the errno
}

func (e *Error) Error() string {
	if e.Target != "" {
		return fmt.Sprintf("%s %s: %v", e.Name, e.Target, e.Err)
	}
	return fmt.Sprintf("%s: %v", e.Name, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }
