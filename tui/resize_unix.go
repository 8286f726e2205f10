//go:build unix

package tui

import (
	"os"
	"os/signal"
	"syscall"

	tea "charm.land/bubbletea/v2"
)

// onResize has the program look how large the terminal is whenever that changes,
// until stop. Bubble Tea does so too, but begins to listen some time after it has
// looked first: a change in between would not be seen before the next one.
func onResize(p *tea.Program) (stop func()) {
	changed, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(changed, syscall.SIGWINCH)
	go func() {
		for {
			select {
			case <-changed:
				p.Send(tea.RequestWindowSize())
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(changed)
		close(done)
	}
}
