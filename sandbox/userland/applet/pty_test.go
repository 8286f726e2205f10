//go:build linux

package applet

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// window is a real pseudo terminal with a shell of ours in it; pts(4).
type window struct {
	t    *testing.T
	near *os.File
	cmd  *exec.Cmd
	mu   sync.Mutex
	seen bytes.Buffer  // all that was printed
	at   int           // up to where the test has looked
	news chan struct{} // has a token when something was printed
}

// openWindow starts the shell in a directory, as the leader of a session of its
// own on the terminal.
func openWindow(t *testing.T, dir string, env ...string) *window {
	t.Helper()
	near, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(near.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(near.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(int(near.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80})
	}
	if err != nil {
		t.Fatal(err)
	}
	far, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	w := &window{t: t, near: near, cmd: command(t, dir, "sh"), news: make(chan struct{}, 1)}
	w.cmd.Env = append(w.cmd.Env, env...)
	w.cmd.Stdin, w.cmd.Stdout, w.cmd.Stderr = far, far, far
	w.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	far.Close()
	ended := make(chan struct{})
	go func() { w.read(); close(ended) }()
	t.Cleanup(func() {
		children := childrenOf(w.cmd.Process.Pid)
		w.cmd.Process.Kill()
		w.cmd.Wait()
		for _, pid := range children {
			var n int
			fmt.Sscan(pid, &n)
			unix.Kill(n, unix.SIGKILL)
		}
		reapOrphans(t, children)
		near.Close()
		<-ended
	})
	return w
}

func (w *window) read() {
	buf := make([]byte, 4096)
	for {
		n, err := w.near.Read(buf)
		w.mu.Lock()
		w.seen.Write(buf[:n])
		w.mu.Unlock()
		select {
		case w.news <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// press types keys.
func (w *window) press(keys string) {
	w.t.Helper()
	if _, err := w.near.WriteString(keys); err != nil {
		w.t.Fatal(err)
	}
}

var sequence = regexp.MustCompile("\x1b\\[[0-9;?]*[@-~]")

// until waits until the window has printed the text since the last time, and
// returns what it printed up to there, without the editor's own sequences.
func (w *window) until(text string) string {
	w.t.Helper()
	timeout := time.After(deadline)
	for {
		w.mu.Lock()
		shown := w.seen.String()[w.at:]
		if i := strings.Index(shown, text); i >= 0 {
			w.at += i + len(text)
			w.mu.Unlock()
			return sequence.ReplaceAllString(shown[:i+len(text)], "")
		}
		w.mu.Unlock()
		select {
		case <-w.news:
		case <-timeout:
			w.t.Fatalf("the window does not show %q, but\n%q", text, shown)
		}
	}
}

// all is everything that was printed, sequences and all.
func (w *window) all() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen.String()
}

// line types a command at the prompt and waits for the next prompt.
func (w *window) line(text string) string {
	w.t.Helper()
	w.press(text + "\r")
	return w.until(ready)
}

// ready is the prompt of the windows in these tests.
const ready = "ready> "

// shellWindow is a window at its first prompt.
func shellWindow(t *testing.T, dir string) *window {
	t.Helper()
	w := openWindow(t, dir, "PS1="+ready)
	w.until(ready)
	return w
}

// running tells whether the shell has a child of that name.
func (w *window) running(name string) bool {
	for _, pid := range childrenOf(w.cmd.Process.Pid) {
		var n int
		fmt.Sscan(pid, &n)
		if p, ok := readProcess("/proc/"+pid, n, 0); ok && strings.HasPrefix(p.args, name) {
			return true
		}
	}
	return false
}
