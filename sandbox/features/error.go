package features

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
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

// RefusedError is what an Engine was refused.
type RefusedError struct {
	Did    string // what was tried, on what
	Err    error  // what the kernel answered
	Remedy string // what the engine says a person can do; may be empty
}

func (e *RefusedError) Error() string { return fmt.Sprintf("%s: %v", e.Did, e.Err) }

func (e *RefusedError) Unwrap() error { return e.Err }

// absent is something that is not there: a conclusive answer that no system
// call gives.
type absent string

func (a absent) Error() string { return string(a) }

// Is makes it conclusive.
func (absent) Is(target error) bool { return target == errors.ErrUnsupported }

// noOwnCgroup is the answer of a machine that has cgroup v2, but for others.
const noOwnCgroup absent = "this user may make none in the v2 hierarchy"

// refusals are the kernel's answers that mean no. Others (ENOMEM, EAGAIN,
// EMFILE …) mean not now.
var refusals = []error{
	syscall.EPERM, syscall.EACCES, syscall.EROFS, syscall.EINVAL, syscall.ENODEV, syscall.ENXIO, syscall.ENOENT,
	syscall.EPROTONOSUPPORT, syscall.EAFNOSUPPORT, syscall.EXDEV, syscall.ENOTDIR, syscall.ELOOP, syscall.EUSERS,
	exec.ErrNotFound,
	errors.ErrUnsupported, // ENOSYS, ENOTSUP, EOPNOTSUPP
	ErrNotSupported,
}

// conclusive tells whether an error is an answer.
func conclusive(err error) bool {
	for _, r := range refusals {
		if errors.Is(err, r) {
			return true
		}
	}
	return false
}

// remedyOf is what an error says itself that a person can do. To ask the doctor
// is none: this is what the doctor says.
func remedyOf(err error) (remedy string) {
	var refused *RefusedError
	var unsupported *NotSupportedError
	switch {
	case errors.As(err, &unsupported):
		remedy = unsupported.Remedy
	case errors.As(err, &refused):
		remedy = refused.Remedy
	}
	if strings.Contains(remedy, "tentpole doctor") {
		return ""
	}
	return remedy
}

// causeOf is the error without what it says about remedies.
func causeOf(err error) error {
	var unsupported *NotSupportedError
	if errors.As(err, &unsupported) && unsupported.Cause != nil {
		return unsupported.Cause
	}
	return err
}
