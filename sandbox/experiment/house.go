package experiment

import (
	"context"
	"io"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// House is a Subject that is a machine: it has a console, and a kernel that is
// tentpole's to kill.
type House interface {
	// Kernel is its own, as its init has told.
	Kernel() facts.Kernel
	// Booted is how long it took until its init answered.
	Booted() time.Duration
	// Follow reads its console: what is kept of it, and what comes until the
	// machine has ended. What is read is hostile. The caller closes it.
	Follow() io.ReadCloser
	// LastWords are what its kernel said first when it died; empty if it has not.
	LastWords() string
	// Panic has its kernel die, and waits until the machine is gone. It does so
	// only when its boot is not the host's.
	Panic(context.Context) error
	// Tent raises a sandbox of tentpole's in it, with all layers, compares that
	// with the machine's init, and ends it. What comes from there is hostile.
	Tent(context.Context) (facts.Board, error)
}
