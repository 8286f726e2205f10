// Package agenda is what the virtual machine is told: .ci/vm writes it into the
// initramfs, .ci/vm/init reads it there. Both are built together, so there are
// no versions.
package agenda

import "time"

// Where things are in the initramfs, and on the machine that comes of it.
const (
	File   = "/agenda.json"          // an Agenda
	Tree   = "/machine"              // what becomes the root file system of the machine
	Init   = "/usr/sbin/init"        // the machine's init, in that tree
	Source = "/usr/src/tentpole"     // the packages under test, laid out as in the repository
	Port   = "tentpole"              // the virtio port that the events of the tests leave by
	Events = "/usr/lib/go/test2json" // makes events of what a test binary says
)

// Agenda is the whole of it.
type Agenda struct {
	Modules []string // files in the initramfs, each after those it needs
	Runs    []Run    // one after the other
	Shell   string   // whose shell to open on the console instead; empty for none
}

// Run is one test binary for one user.
type Run struct {
	Name  string        // what the events call the package
	User  string        // Root or Tester
	Dir   string        // where it is run
	Args  []string      // the program and its arguments
	Env   []string      // besides what the user always has
	Limit time.Duration // when it is killed
}

// The two users of the machine.
const (
	Root   = "root"
	Tester = "tester"
)

// ID is the user and group id of Tester; root's are 0.
const ID = 1000

// The actions of events that are not of tests. Readers of `go test -json` pass
// over actions that they do not know.
const (
	Note   = "machine"      // the machine has something to say
	Failed = "machine-fail" // it cannot go on
	Ended  = "machine-end"  // it has done all it was told
)

// Event is one line on the port, as of `go doc test2json`.
type Event struct {
	Time    time.Time
	Action  string
	Package string  `json:",omitempty"`
	Test    string  `json:",omitempty"`
	Elapsed float64 `json:",omitempty"` // seconds
	Output  string  `json:",omitempty"`
}
