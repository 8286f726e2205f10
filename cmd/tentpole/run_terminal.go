package main

import (
	"context"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// onTerminal gives the command the sandbox's own terminal and connects the
// person's to it. What the command prints reaches the person's terminal as it
// is: that is what was asked for, as with ssh or a container engine.
func onTerminal(ctx context.Context, box *sandbox.Sandbox, command sandbox.Command) (sandbox.Status, error) {
	in := int(os.Stdin.Fd())
	width, height, err := term.GetSize(in)
	if err != nil {
		return sandbox.Status{}, err
	}
	command.Terminal = &sandbox.Size{Rows: uint16(height), Cols: uint16(width)}
	p, err := box.Start(ctx, command)
	if err != nil {
		return sandbox.Status{}, err
	}
	before, err := term.MakeRaw(in)
	if err != nil {
		return sandbox.Status{}, err
	}
	defer term.Restore(in, before)
	stop := followSize(in, p)
	defer stop()

	printed := make(chan struct{})
	go func() {
		defer close(printed)
		io.Copy(os.Stdout, p.Terminal()) // ends with EIO when nobody has the terminal any more
	}()
	go io.Copy(p.Terminal(), os.Stdin) // ends with the program

	ended, err := p.Wait(ctx)
	if err == nil {
		box.Close() // whoever still holds the terminal goes now
		<-printed
	}
	return ended, err
}
