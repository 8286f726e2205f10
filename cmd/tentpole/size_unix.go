//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// followSize tells the command's terminal whenever the person's changes size.
func followSize(fd int, p *sandbox.Process) (stop func()) {
	changed := make(chan os.Signal, 1)
	signal.Notify(changed, syscall.SIGWINCH)
	go func() {
		for range changed {
			if w, h, err := term.GetSize(fd); err == nil {
				p.Resize(sandbox.Size{Rows: uint16(h), Cols: uint16(w)})
			}
		}
	}()
	return func() { signal.Stop(changed); close(changed) }
}
