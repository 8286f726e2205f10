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

// Call is one system call. What its arguments point to must stay reachable
// through Keep.
type Call struct {
	Number uintptr
	Args   [6]uintptr
	Keep   any
	// Optional calls may be refused.
	Optional bool
	// Name is what was tried, for errors: "prctl PR_SET_NO_NEW_PRIVS".
	Name string
}

// Error is a call of the child's that the kernel refused.
type Error struct {
	Index int // of the call in the program
	Name  string
	Err   error // the errno
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %v", e.Name, e.Err) }

func (e *Error) Unwrap() error { return e.Err }
