package tui

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/tui/styles"
	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// inWindow is set where the test binary is to be the full screen.
const inWindow = "TENTPOLE_TEST_FULL_SCREEN"

func TestMain(m *testing.M) {
	switch os.Getenv(inWindow) {
	case "":
	case "shell":
		os.Exit(jobShell())
	default:
		os.Exit(fullScreen())
	}
	if os.Getenv(inEditor) != "" {
		os.Exit(editor())
	}
	os.Exit(m.Run())
}

// fullScreen runs the full screen on this process's terminal, and says on the
// standard error how it ended.
func fullScreen() int {
	course, err := lessons.LoadAll(os.DirFS("testdata/course"), lessons.Known{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	e := &fakeEngine{}
	err = Run(context.Background(), Options{Course: course, Engine: e, Start: "mounts", Theme: styles.Dark, Variant: lessons.Root, HostShell: e.hostShell})
	var signal *SignalError
	if errors.As(err, &signal) {
		fmt.Fprintln(os.Stderr, "signal", int(signal.Signal.(syscall.Signal)))
	} else if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
	}
	fmt.Fprintln(os.Stderr, "sandboxes:", e.count()+e.hosts)
	return 0
}

// TestEndings: however the full screen ends while the keys are in a shell
// inside, the terminal has its modes back and no sandbox is left.
func TestEndings(t *testing.T) {
	for _, c := range []struct {
		name, says string
		end        func(*window, *os.Process)
	}{
		{"the learner leaves", "", func(w *window, _ *os.Process) { w.typing("\x1bOQ"); w.until("enter go inside"); w.typing("\x03") }},
		{"SIGTERM", "signal 15", func(_ *window, p *os.Process) { p.Signal(syscall.SIGTERM) }},
		{"SIGHUP", "signal 1", func(_ *window, p *os.Process) { p.Signal(syscall.SIGHUP) }},
		{"SIGQUIT", "signal 3", func(_ *window, p *os.Process) { p.Signal(syscall.SIGQUIT) }},
		{"SIGTSTP with nobody to go back to, and then SIGTERM", "signal 15", func(w *window, p *os.Process) {
			p.Signal(syscall.SIGTSTP)
			w.until("No shell has started tentpole")
			w.typing("\x1bOQ") // F2
			w.until("go inside")
			p.Signal(syscall.SIGTSTP)
			w.until("No shell has started tentpole")
			p.Signal(syscall.SIGTERM)
		}},
		{"SIGCONT without a stop, and then SIGTERM", "signal 15", func(_ *window, p *os.Process) { p.Signal(syscall.SIGCONT); p.Signal(syscall.SIGTERM) }},
		{"SIGINT", "signal 2", func(_ *window, p *os.Process) { p.Signal(syscall.SIGINT) }},
		{"a panic in a goroutine of the shell's terminal", "error: a part of the screen failed: asked for",
			func(w *window, _ *os.Process) { w.typing("panic\r") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := openWindow(t)
			before := w.modes()
			exe, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			var said bytes.Buffer
			cmd := exec.Command(exe)
			cmd.Env = append(os.Environ(), inWindow+"=1", "TERM=xterm-256color", "LC_ALL=C.UTF-8")
			cmd.Stdin, cmd.Stdout, cmd.Stderr = w.far, w.far, &said
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			t.Cleanup(func() { _ = cmd.Process.Kill() }) // when the test failed
			for _, s := range []struct{ see, press string }{
				{"What is a mount?", "\r"}, {"predict and run", "\r"}, {"run again", "n"}, {"enter starts the sandbox", "\r"},
			} {
				w.until(s.see)
				w.typing(s.press)
			}
			w.until("keys go to: INSIDE")
			if reflect.DeepEqual(w.modes(), before) {
				t.Fatal("the screen did not change the terminal's modes: this test would tell nothing")
			}
			c.end(w, cmd.Process)
			select {
			case err := <-ended:
				if err != nil {
					t.Errorf("it ended with %v:\n%s", err, said.String())
				}
			case <-time.After(tuitest.Deadline):
				t.Fatalf("it did not end:\n%s", w.screen)
			}
			if !reflect.DeepEqual(w.modes(), before) {
				t.Error("the terminal's modes are not what they were")
			}
			if got := said.String(); !strings.Contains(got, c.says) || !strings.Contains(got, "sandboxes: 0") {
				t.Errorf("it said %q, not %q with no sandbox left", got, c.says)
			}
		})
	}
}

// jobShell is as much of a shell as job control takes: it runs the full screen
// in a process group of its own that has the terminal, says "stopped" whenever
// it was stopped, and lets it go on when told to; credentials(7).
func jobShell() int {
	exe, err := os.Executable()
	if err != nil {
		return 1
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), inWindow+"=1")
	tty := os.NewFile(3, "terminal")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Foreground: true, Ctty: 3}
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	pid := cmd.Process.Pid
	fmt.Println(pid)
	told := bufio.NewScanner(os.Stdin)
	for {
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
			return status.ExitStatus()
		}
		fmt.Println("stopped")
		told.Scan()
		syscall.Kill(-pid, syscall.SIGCONT)
	}
}

// TestStopAndGoOn: stopped by its key or from outside, the screen gives the
// terminal back as it was, and takes it again when it goes on.
func TestStopAndGoOn(t *testing.T) {
	w := openWindow(t)
	before := w.modes()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	shell := exec.Command(exe)
	shell.Env = append(os.Environ(), inWindow+"=shell", "TERM=xterm-256color", "LC_ALL=C.UTF-8")
	shell.ExtraFiles = []*os.File{w.far}
	shell.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 3}
	tell, err := shell.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := shell.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	shell.Stderr = &said
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	bound := time.AfterFunc(2*tuitest.Deadline, func() { _ = shell.Process.Kill() }) // the screen gets SIGHUP
	t.Cleanup(func() { bound.Stop(); _ = shell.Process.Kill() })
	lines := bufio.NewScanner(out)
	lines.Scan()
	pid, err := strconv.Atoi(lines.Text())
	if err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	w.until("What is a mount?")
	drawn := w.modes()
	for _, stop := range []func(){
		func() { w.typing("\x1a") },
		func() { syscall.Kill(pid, syscall.SIGTSTP) },
		func() { w.typing("\x1a") },
	} {
		stop()
		if !lines.Scan() || lines.Text() != "stopped" {
			t.Fatalf("it was not stopped: %q\n%s", lines.Text(), said.String())
		}
		if !reflect.DeepEqual(w.modes(), before) {
			t.Error("stopped, the terminal's modes are not what they were")
		}
		fmt.Fprintln(tell, "go on")
		w.screen = ""
		w.until("What is a mount?")
		if !reflect.DeepEqual(w.modes(), drawn) {
			t.Error("it went on, and the terminal's modes are not those of the screen")
		}
	}
	w.typing("\x03")
	go func() { ended <- shell.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("%v\n%s", err, said.String())
		}
	case <-time.After(tuitest.Deadline):
		t.Fatalf("it did not end:\n%s", w.screen)
	}
	if !reflect.DeepEqual(w.modes(), before) {
		t.Error("the terminal's modes are not what they were")
	}
}
