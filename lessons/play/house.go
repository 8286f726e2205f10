package play

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// housePrompt is what a shell in a machine asks with.
const housePrompt = "PS1=house# "

// House is a Sandbox with a kernel of its own, which can die while the host's goes
// on.
type House interface {
	Sandbox
	// Kernels are the host's, read now, and its own, as its init has told.
	Kernels() (host, own facts.Kernel, err error)
	// Booted is how long it took until its init answered.
	Booted() time.Duration
	// Console is what its kernel writes. What is read from it is hostile. It ends
	// with the machine.
	Console() Shell
	// LastWords are what its kernel said first when it died; empty if it has not.
	LastWords() string
	// Panic has its kernel die, and waits until it is gone.
	Panic(context.Context) error
	// Tent raises a sandbox of tentpole's in it, and compares that with its init.
	Tent(context.Context) (facts.Board, error)
}

// houseSubject is a subject that is a machine.
type houseSubject struct {
	*onSubject
	house experiment.House
}

var _ House = houseSubject{}

// Kernels reads the host's anew: whether it is the one that it was is what the
// other's end is about.
func (h houseSubject) Kernels() (host, own facts.Kernel, err error) {
	host, err = facts.ThisKernel()
	if err != nil {
		err = fmt.Errorf("read which kernel the host has: %w", err)
	}
	return host, h.house.Kernel(), err
}

func (h houseSubject) Booted() time.Duration                         { return h.house.Booted() }
func (h houseSubject) LastWords() string                             { return h.house.LastWords() }
func (h houseSubject) Panic(ctx context.Context) error               { return h.house.Panic(ctx) }
func (h houseSubject) Tent(ctx context.Context) (facts.Board, error) { return h.house.Tent(ctx) }
func (h houseSubject) Console() Shell                                { return console{h.house.Follow()} }

// Shell asks with another word than a tent's.
func (h houseSubject) Shell(ctx context.Context, cols, rows int) (Shell, error) {
	return h.shell(ctx, cols, rows, housePrompt)
}

// console is read only: a kernel hears nothing there.
type console struct{ io.ReadCloser }

func (console) Write(b []byte) (int, error) { return len(b), nil }
func (console) Resize(int, int) error       { return nil }
