package lessons

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Error is one thing wrong with a lesson, at one place.
type Error struct {
	File    string // name as given to Load
	Line    int    // counted from 1
	Column  int    // counted from 1, in characters rather than bytes
	Message string // what is wrong
	Remedy  string // what to write instead; may be empty
}

// Error returns "file:line:column: message", with the remedy behind it.
func (e *Error) Error() string {
	s := fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
	if e.Remedy != "" {
		s += "; " + e.Remedy
	}
	return s
}

// Errors is everything wrong with a lesson or a course, in the order of the
// text. errors.As finds the first *Error in it.
type Errors []*Error

// Error returns one error per line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.Is and errors.As look at each error.
func (e Errors) Unwrap() []error {
	errs := make([]error, len(e))
	for i, err := range e {
		errs[i] = err
	}
	return errs
}

// place is a position in a file. Both numbers count from 1.
type place struct{ line, column int }

// report collects the errors of one file.
type report struct {
	file string
	errs Errors
	asks []askedAt // by the conditions of the step at hand
}

// askedAt is a fact that a condition asks for by a name, and where the name
// stands.
type askedAt struct {
	asking
	place
}

func (r *report) add(at place, remedy, format string, args ...any) {
	if len(r.errs) >= maxErrors {
		return
	}
	r.errs = append(r.errs, &Error{
		File: r.file, Line: max(at.line, 1), Column: max(at.column, 1),
		Message: fmt.Sprintf(format, args...), Remedy: remedy,
	})
}

func (r *report) full() bool { return len(r.errs) >= maxErrors }

// err returns what was collected in the order of the text, or nil.
func (r *report) err() error {
	if len(r.errs) == 0 {
		return nil
	}
	slices.SortStableFunc(r.errs, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return r.errs
}
