package tui

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"

	"github.com/tentpole-labs/tentpole/tui/terminal"
	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// window is a real pseudo terminal with an emulator at its near side, as a
// terminal window is.
type window struct {
	t        testing.TB
	near     *os.File
	far      *os.File // what a program has as its terminal
	terminal *terminal.Terminal
	screen   string
}

func ioctl(t testing.TB, f *os.File, request, arg uintptr) {
	t.Helper()
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, arg); errno != 0 {
		t.Fatalf("ioctl %#x of %s: %v", request, f.Name(), errno)
	}
}

// openWindow opens one of 80 columns and 24 rows; pts(4).
func openWindow(t testing.TB) *window {
	t.Helper()
	near, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		if os.Getenv("TENTPOLE_MUST") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	var unlock, number int32
	size := [4]uint16{24, 80}
	ioctl(t, near, syscall.TIOCSPTLCK, uintptr(unsafe.Pointer(&unlock)))
	ioctl(t, near, syscall.TIOCGPTN, uintptr(unsafe.Pointer(&number)))
	ioctl(t, near, syscall.TIOCSWINSZ, uintptr(unsafe.Pointer(&size)))
	far, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	w := &window{t: t, near: near, far: far}
	w.terminal = terminal.New(w, 80, 24, terminal.Options{})
	t.Cleanup(func() { w.terminal.Close(); far.Close(); near.Close() })
	return w
}

// Read, Write and Resize are the stream that the emulator shows.
func (w *window) Read(b []byte) (int, error) {
	n, err := w.near.Read(b)
	if errors.Is(err, syscall.EIO) { // nobody has the far side open
		err = io.EOF
	}
	return n, err
}
func (w *window) Write(b []byte) (int, error) { return w.near.Write(b) }
func (w *window) Resize(int, int) error       { return nil }

func (w *window) typing(text string) {
	w.t.Helper()
	if _, err := w.near.WriteString(text); err != nil {
		w.t.Fatal(err)
	}
}

// until waits until the window shows the text.
func (w *window) until(text string) {
	w.t.Helper()
	frames := make(chan string)
	deadline := time.After(tuitest.Deadline)
	for !strings.Contains(w.screen, text) {
		go func() {
			f, _ := w.terminal.Wait()
			frames <- ansi.Strip(strings.Join(f.Lines, "\n"))
		}()
		select {
		case w.screen = <-frames:
		case <-deadline:
			w.t.Fatalf("the window does not show %q:\n%s", text, w.screen)
		}
	}
}

// modes are the terminal's modes, as stty -g prints them.
func (w *window) modes() term.State {
	w.t.Helper()
	s, err := term.GetState(w.far.Fd())
	if err != nil {
		w.t.Fatal(err)
	}
	return *s
}
