// Package inside is what experiments do inside: a table of acts, and the
// conversation in which the experiment on the host asks for one.
//
// The acts are in a small static program of their own (package program), which
// `make` embeds. An experiment starts it inside by an open file, so nothing has
// to be installed there: it is an ordinary command with the root, the
// namespaces, the limits and the rights of whatever a learner starts. A plain
// `go build` has no such program; then package takeover makes the running
// binary one.
//
// The two sides say JSON, a message a line, on standard input and output. The
// first line is what the act is given; then they take turns as the act wants.
// An act that is over ends with a line of its own, and the end of standard input
// ends an act that waits. No act outlives its deadline.
//
// Law 8 binds every act: nothing outside the experiment's own files and
// processes is changed, not even briefly; what might be refused is asked with
// arguments that are rejected after the permission check; whatever eats has a
// ceiling in its own code.
//
// What comes from here is hostile to the host side: it may be any program by
// then. Package experiment bounds and filters it.
package inside

import (
	"encoding/json"
	"time"
)

// Name is argv[0] of the program.
const Name = "tentpole-act"

// ProgramsDir is where programs lie inside where no open file can be executed.
const ProgramsDir = "/.tentpole"

// Deadline is how long an act may take, unless it is asked for another time.
const Deadline = 60 * time.Second

// LineLimit bounds a message, in bytes.
const LineLimit = 1 << 20

// Message is one line from inside.
type Message struct {
	// Say is what the act has to say, as JSON.
	Say json.RawMessage `json:"say,omitempty"`
	// Over says that the act has ended; Error why, when it did not succeed.
	Over  bool   `json:"over,omitempty"`
	Error *Error `json:"error,omitempty"`
}

// Error is what the kernel answered to an act.
type Error struct {
	Text  string `json:"text"`
	Errno int    `json:"errno,omitempty"`
	Name  string `json:"name,omitempty"` // "EPERM"
}
