package network

import "fmt"

// Error is something that could not be done to the network.
type Error struct {
	Op     string // what was tried: "add bridge"
	Target string // on what
	Err    error  // what the kernel answered
	Remedy string // what a person can do; may be empty
}

func (e *Error) Error() string {
	s := e.Op
	if e.Target != "" {
		s += " " + e.Target
	}
	s = fmt.Sprintf("%s: %v", s, e.Err)
	if e.Remedy != "" {
		s += "; " + e.Remedy
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }
