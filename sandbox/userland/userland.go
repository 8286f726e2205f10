// Package userland is the tiny root: a root file system that needs nothing but
// tentpole. It knows which files are in it, builds it, and holds the one program
// that all its commands are links to.
//
// The program is a small static binary (sandbox/userland/program) that `make`
// builds and embeds with the tag smallinit. A plain `go build` has none: then
// this package links the commands into the program that is running, and package
// takeover runs them when that is started from a tiny root.
//
// A root is built once and shared: see [Build]. It is the lower layer of an
// overlay, never written to, so a thousand sandboxes have one copy on disk and
// in memory. Do not use it as a root by itself, and do not put anything into it
// that a sandbox should not see: it belongs to whoever built it.
//
// Errors wrap the kernel's, with what was tried and on what.
package userland

import "github.com/tentpole-labs/tentpole/sandbox/userland/internal/manual"

// Command is one command of the tiny root: its name, how it is called, and what
// it does in a line.
type Command = manual.Command

// Commands lists all commands, sorted by name: the links in /bin, `help` inside
// and the documentation are made from this one table.
func Commands() []Command { return manual.Commands() }

// Program returns the program that the commands are links to, or nil when none
// was embedded: then the binary that is running is to be used. It must not be
// changed.
func Program() []byte { return embedded }
