package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/tui/styles"
	"github.com/tentpole-labs/tentpole/tui/terminal"
)

// patience is how long a screen may take to come.
const patience = time.Minute

// window is a program on a terminal, and what that shows.
type window struct {
	*sandbox.HostProcess
	shows *terminal.Terminal
}

// Read, Write and Resize are the stream that the emulator shows.
func (w *window) Read(b []byte) (int, error) {
	n, err := w.Terminal().Read(b)
	if errors.Is(err, syscall.EIO) { // nobody is there any more
		err = io.EOF
	}
	return n, err
}
func (w *window) Write(b []byte) (int, error) { return w.Terminal().Write(b) }
func (w *window) Resize(cols, rows int) error {
	return w.HostProcess.Resize(sandbox.Size{Rows: uint16(rows), Cols: uint16(cols)})
}

// play goes to a screen and returns its lines.
func play(program string, theme styles.Theme, s scene) ([]string, error) {
	state, err := os.MkdirTemp("", "tentpole-pictures-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(state)
	p, err := sandbox.StartOnHost(sandbox.HostCommand{
		Args: append(append([]string{program}, s.args...), "--theme", string(theme)),
		Env: append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor", "LC_ALL=C.UTF-8", "NO_COLOR=",
			"XDG_STATE_HOME="+state, "XDG_CONFIG_HOME="+state),
		Dir: "/", Terminal: sandbox.Size{Rows: uint16(s.rows), Cols: uint16(s.cols)},
	})
	if err != nil {
		return nil, err
	}
	defer p.Close()
	w := &window{HostProcess: p}
	w.shows = terminal.New(w, s.cols, s.rows, terminal.Options{})
	defer w.shows.Close()
	var lines []string
	for _, step := range s.steps {
		if lines, err = w.until(step.see); err != nil {
			return nil, err
		}
		if _, err := w.Write([]byte(step.press)); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// until waits until the screen shows the text, and then until it stays as it
// is for a moment.
func (w *window) until(text string) ([]string, error) {
	frames := make(chan terminal.Frame)
	end := time.After(patience)
	var last []string
	settled := (<-chan time.Time)(nil)
	next := func() {
		f, _ := w.shows.Wait()
		frames <- f
	}
	go next()
	for {
		select {
		case f := <-frames:
			last = f.Lines
			if f.Ended {
				return nil, fmt.Errorf("the program ended before it showed %q", text)
			}
			settled = nil
			if strings.Contains(ansi.Strip(strings.Join(last, "\n")), text) {
				settled = time.After(300 * time.Millisecond)
			}
			go next()
		case <-settled:
			return last, nil
		case <-end:
			return nil, fmt.Errorf("it does not show %q:\n%s", text, ansi.Strip(strings.Join(last, "\n")))
		}
	}
}
