// Package features tells what this kernel, this user and this machine can do,
// by doing it, and what to do when it cannot.
//
// Only nil and ErrNotSupported are conclusive answers of a probe. Any other
// error means that the probe itself did not come to an end (the machine is
// out of memory, the probe was cancelled): such an answer is not remembered.
package features

import (
	"errors"
	"fmt"
)

// ErrNotSupported says that this machine cannot, and will not without a
// change.
var ErrNotSupported = errors.New("not supported on this machine")

// NotSupportedError is ErrNotSupported with its cause and remedy.
type NotSupportedError struct {
	Feature string // what was asked for, in words
	Cause   error  // what the kernel answered, may be nil
	Remedy  string // what a person can do, may be empty
}

func (e *NotSupportedError) Error() string {
	s := e.Feature + ": not supported on this machine"
	if e.Cause != nil {
		s = fmt.Sprintf("%s (%v)", s, e.Cause)
	}
	if e.Remedy != "" {
		s += "; " + e.Remedy
	}
	return s
}

// Is makes errors.Is(err, ErrNotSupported) true.
func (e *NotSupportedError) Is(target error) bool { return target == ErrNotSupported }

func (e *NotSupportedError) Unwrap() error { return e.Cause }
