package facts

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// Error says that a process could not be read at all.
type Error struct {
	Op   string // what was tried, such as "read the facts of"
	PID  int    // 0 stands for the calling process
	Err  error  // what the kernel answered
	Hint string // what the person can do
}

func (e *Error) Error() string {
	who := "this process"
	if e.PID != 0 {
		who = fmt.Sprintf("process %d", e.PID)
	}
	return fmt.Sprintf("%s %s: %v (%s)", e.Op, who, e.Err, e.Hint)
}

// Unwrap gives the kernel's answer to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Err }

// Is makes a process that is gone a thing that does not exist: the kernel says
// ENOENT before the process was found and ESRCH after, and a caller need not
// care which.
func (e *Error) Is(target error) bool {
	return target == fs.ErrNotExist && errors.Is(e.Err, syscall.ESRCH)
}

const opRead = "read the facts of"

// gone is the error for a process that never was, or is no more.
func gone(pid int) *Error {
	return &Error{
		Op: opRead, PID: pid, Err: syscall.ESRCH,
		Hint: "it has ended, never was, or is hidden by the hidepid option of /proc; ps -e lists what is there",
	}
}
