// Package tent raises a sandbox of tentpole's inside a virtual machine. It is this
// whole program, started there under another name: linking the package is enough
// for that. It raises the sandbox, writes as JSON how that compares with what is
// around it, and ends it.
package tent

import "github.com/tentpole-labs/tentpole/sandbox/facts"

// Name is argv[0] of the program when it is to do so.
const Name = "tentpole-tent"

// Said is what it writes, on one line.
type Said struct {
	Board facts.Board `json:"board"`
	Error string      `json:"error,omitempty"`
}
