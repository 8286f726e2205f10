package probe

import (
	"errors"
	"fmt"
	"syscall"
	"time"
)

// Place is where acts are tried.
type Place struct {
	// User has the process born in a user namespace, as root of it.
	User bool
	// Upper is a directory to try as the upper directory of an overlay. It is
	// the caller's to remove.
	Upper string
}

// Report is what came of one act.
type Report struct {
	ID     string
	Detail string // what there is to say besides yes: "version 7"; may be empty
	Took   time.Duration
	Err    error // nil, or an *Error
}

// Error is what the kernel refused.
type Error struct {
	Did string // what was tried, on what: "mount tmpfs on /tmp"
	Err error  // the errno
	// Idle tells that the kernel agreed, and that nothing came of it; Err is
	// then ENOTSUP.
	Idle bool
}

func (e *Error) Error() string {
	if e.Idle {
		return e.Did + ": the kernel agreed, and nothing happened"
	}
	return fmt.Sprintf("%s: %v", e.Did, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// refused is nil without an error.
func refused(did string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Did: did, Err: err}
}

// withoutEffect is the error of an act that the kernel agreed to and that did
// not happen.
func withoutEffect(did string) error {
	return &Error{Did: did, Err: syscall.ENOTSUP, Idle: true}
}

// message is a report on its way out of the process, one a line.
type message struct {
	ID, Detail, Did, Text string
	Errno                 int
	Idle                  bool
	Nanoseconds           int64
}

func (m message) report() Report {
	r := Report{ID: m.ID, Detail: m.Detail, Took: time.Duration(m.Nanoseconds)}
	switch {
	case m.Errno != 0:
		r.Err = &Error{m.Did, syscall.Errno(m.Errno), m.Idle}
	case m.Text != "":
		r.Err = &Error{Did: m.Did, Err: errors.New(m.Text)}
	}
	return r
}
