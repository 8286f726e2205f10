package sandbox

import (
	"errors"
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// ErrNotSupported is features.ErrNotSupported: this machine cannot.
var ErrNotSupported = features.ErrNotSupported

// Error is an operation that failed, with what a person can do about it.
//
// errors.Is finds the kernel's errno in it (syscall.EPERM …), and
// ErrNotSupported when this machine refuses on principle.
type Error struct {
	Op     string // what was tried: "mount proc on"
	Target string // on what
	Err    error  // what the kernel answered
	Remedy string // what the person can do; may be empty
}

func (e *Error) Error() string {
	s := e.Op
	if e.Target != "" {
		s += " " + e.Target
	}
	s += ": " + e.Err.Error()
	if e.Remedy != "" {
		s += "; " + e.Remedy
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// CommandError is a command that could not be started inside. It wraps
// fs.ErrNotExist when there is no such program, fs.ErrPermission when it may
// not be executed.
type CommandError struct {
	Name string
	Err  error
}

func (e *CommandError) Error() string {
	return fmt.Sprintf("run %s inside: %v; check the name, its rights and the PATH inside", e.Name, e.Err)
}

func (e *CommandError) Unwrap() error { return e.Err }

// UsageError is a word that tentpole does not know or cannot take.
type UsageError struct {
	What  string   // "layer"
	Word  string   // what was given
	Known []string // what is possible
	Near  []string // what is possible, when that is too much to list
	Why   string   // what is wrong with it, when it is not a matter of spelling
}

func (e *UsageError) Error() string {
	s := fmt.Sprintf("unknown %s %q", e.What, e.Word)
	if e.Why != "" {
		return fmt.Sprintf("%s %q: %s", e.What, e.Word, e.Why)
	}
	if near := nearest(e.Word, append(e.Near, e.Known...)); near != "" {
		s += fmt.Sprintf("; did you mean %q?", near)
	}
	if len(e.Known) > 0 {
		s += " (possible: " + strings.Join(e.Known, " ") + ")"
	}
	return s
}

// IsUsage tells whether the person asked for something that does not exist.
func IsUsage(err error) bool {
	var u *UsageError
	return errors.As(err, &u)
}

// nearest finds the word that differs from the given one by the fewest
// letters: at most two, and one in a word of three.
func nearest(word string, known []string) string {
	best, distance := "", min(3, 1+len(word)/2)
	for _, k := range known {
		if d := levenshtein.ComputeDistance(word, k); d < distance {
			best, distance = k, d
		}
	}
	return best
}
