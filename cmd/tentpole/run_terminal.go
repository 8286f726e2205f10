package main

import (
	"context"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// sizeOf is the size of a terminal, 24 by 80 when it does not tell.
func sizeOf(f *os.File) *sandbox.Size {
	width, height, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 || height <= 0 {
		return &sandbox.Size{Rows: 24, Cols: 80}
	}
	return &sandbox.Size{Rows: uint16(height), Cols: uint16(width)}
}

// onTerminal connects the person's terminal with the command's, which is the
// sandbox's own. What the command prints reaches the person's terminal as it
// is: that is what was asked for, as with ssh or a container engine.
func onTerminal(ctx context.Context, box *sandbox.Sandbox, p *sandbox.Process) (sandbox.Status, error) {
	in := int(os.Stdin.Fd())
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
		plainCopy(os.Stdout, p.Terminal()) // ends with EIO when nobody has the terminal any more
	}()
	go plainCopy(p.Terminal(), os.Stdin) // ends with the program

	ended, err := p.Wait(ctx)
	if err == nil {
		box.Close() // whoever still holds the terminal goes now
		<-printed
	}
	return ended, err
}

// plainCopy copies by read and write alone. io.Copy between two files lets the
// kernel do it, which waits for input with the output held: the terminal could
// then not be closed before somebody pressed one more key.
func plainCopy(to io.Writer, from io.Reader) {
	io.Copy(struct{ io.Writer }{to}, struct{ io.Reader }{from})
}
