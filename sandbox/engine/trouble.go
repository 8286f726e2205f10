package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// UnreachableError is an engine that cannot be asked. It wraps what the kernel
// answered, and is sandbox.ErrNotSupported.
type UnreachableError struct {
	Engine string // its own name: "Docker"
	Socket string // "" when there is none
	Err    error  // what the kernel answered
	Remedy string
}

func (e *UnreachableError) Error() string {
	at := ""
	if e.Socket != "" {
		at = " at " + e.Socket
	}
	return fmt.Sprintf("ask %s%s: %v; %s", e.Engine, at, e.Err, e.Remedy)
}

func (e *UnreachableError) Unwrap() error { return e.Err }

// Is makes errors.Is(err, sandbox.ErrNotSupported) true.
func (e *UnreachableError) Is(target error) bool { return target == sandbox.ErrNotSupported }

// troubles are the ways in which an engine cannot be reached. The first that
// applies says what to do.
var troubles = []struct {
	is     func(error) bool
	remedy func(e *Engine) string
}{
	{isAny(errMissing), func(e *Engine) string { return "install it: " + e.install }},
	{isAny(errStopped, fs.ErrNotExist, syscall.ECONNREFUSED), func(e *Engine) string { return "start it: " + e.start }},
	{isAny(errDeep), func(*Engine) string { return "point XDG_STATE_HOME to a directory with a shorter name" }},
	{isAny(fs.ErrPermission), func(e *Engine) string {
		return "run tentpole as root, or as a member of the group that the socket belongs to (who is in it is as good as root)"
	}},
	{isLate, func(e *Engine) string { return "it hangs: " + strings.Replace(e.start, " start ", " restart ", 1) }},
	{func(error) bool { return true }, func(e *Engine) string { return "see that " + e.variable + " leads to " + e.Title }},
}

func isAny(targets ...error) func(error) bool {
	return func(err error) bool {
		for _, t := range targets {
			if errors.Is(err, t) {
				return true
			}
		}
		return false
	}
}

func isLate(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)
}

// trouble is err as a sentence with what a person can do about it.
func (e *Engine) trouble(socket string, err error) error {
	said := &UnreachableError{Engine: e.Title, Socket: socket, Err: plainly(err)}
	for _, t := range troubles {
		if t.is(err) {
			said.Remedy = t.remedy(e)
			return said
		}
	}
	return said
}

// plainly takes off what package net and net/http say besides.
func plainly(err error) error {
	var op *net.OpError
	var sys *os.SyscallError
	switch {
	case isLate(err):
		return fmt.Errorf("no answer within %v: %w", patience, context.DeadlineExceeded)
	case errors.As(err, &sys):
		return sys.Err
	case errors.As(err, &op):
		return op.Err
	}
	return err
}

// RefusedError is what an engine answered instead of doing what it was asked.
type RefusedError struct {
	Engine string
	Did    string // what it was asked: "create a container"
	Status int    // of HTTP
	Text   string // fit for a terminal
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("ask %s to %s: it answered %d, %s", e.Engine, e.Did, e.Status, e.Text)
}

// Is makes fs.ErrNotExist true of what the engine does not have.
func (e *RefusedError) Is(target error) bool { return target == fs.ErrNotExist && e.Status == 404 }

// refused makes an error of an answer's body: JSON with a message, or text.
func (c *connection) refused(did string, status int, text string) error {
	return &RefusedError{c.engine.Title, did, status, facts.Clean(strings.TrimSpace(text))}
}
