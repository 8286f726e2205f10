package claims

import (
	"fmt"
	"strings"
)

// Error is one thing wrong with a file of claims, at one place.
type Error struct {
	File         string
	Line, Column int // counted from 1
	Message      string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// Errors is everything wrong with a file, in the order of the text.
type Errors []*Error

func (e Errors) Error() string {
	var lines []string
	for _, err := range e {
		lines = append(lines, err.Error())
	}
	return strings.Join(lines, "\n")
}

func (e Errors) err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// place is a position in a file.
type place struct {
	file         string
	line, column int
}

func (p place) error(format string, args ...any) *Error {
	return &Error{p.file, p.line, p.column, fmt.Sprintf(format, args...)}
}
