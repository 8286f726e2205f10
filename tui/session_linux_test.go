package tui

import (
	"bufio"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/charmbracelet/x/term"

	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// inEditor is set where the test binary is to be a program that takes the whole
// terminal, as vim does.
const inEditor = "TENTPOLE_TEST_EDITOR"

// editor takes the alternate screen, application cursor keys and bracketed
// paste, says how large the terminal is and what it hears, and leaves with q.
func editor() int {
	state, err := term.MakeRaw(os.Stdin.Fd())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer term.Restore(os.Stdin.Fd(), state)
	fmt.Print("\x1b[?1049h\x1b[?1h\x1b[?2004h\x1b[4 q")
	defer fmt.Print("\x1b[0 q\x1b[?2004l\x1b[?1l\x1b[?1049l")
	keys, resized, heard := make(chan byte), make(chan os.Signal, 1), ""
	signal.Notify(resized, syscall.SIGWINCH)
	go func() {
		defer close(keys)
		for in := bufio.NewReader(os.Stdin); ; {
			b, err := in.ReadByte()
			if err != nil {
				return
			}
			keys <- b
		}
	}()
	for {
		cols, rows, _ := term.GetSize(os.Stdin.Fd())
		fmt.Printf("\x1b[2J\x1b[H\x1b[44meditor\x1b[m %dx%d\r\n%q\x1b[%d;1Hbottom\x1b[2;3H", cols, rows, heard, rows)
		select {
		case b, ok := <-keys:
			if !ok || b == 'q' {
				return 0
			}
			heard += string(b)
		case <-resized:
		}
	}
}

// realOptions are those of a session on this machine, with a plain shell.
func realOptions(t *testing.T) Options {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", stateDir(t))
	t.Setenv("HOME", t.TempDir())
	t.Setenv("SHELL", "/bin/sh")
	o := options(t, &fakeEngine{})
	o.Engine, o.HostShell = play.NewEngine(), nil
	if _, err := o.Engine.Plan(sandbox.Spec{Layers: sandbox.Set(sandbox.Mount)}); err != nil {
		if os.Getenv("TENTPOLE_MUST") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return o
}

// stateDir is a directory for the state that whoever is root inside a sandbox may
// pass through, as the test's own may not.
func stateDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tentpole-screen-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// line types a line and waits for what it makes the screen show.
func line(d *tuitest.Driver, text, see string) {
	d.Type(text)
	d.Press("enter")
	d.Until(see)
}

// TestSession plays a task on this machine with both shells: a full-screen
// program is opened and closed inside, a file is made inside and found on the
// host, another is not.
func TestSession(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size.width, size.height), func(t *testing.T) {
			o := realOptions(t)
			d, m := begin(t, o, size.width, size.height)
			atTask(d)
			dir, exe := t.TempDir(), executable(t)

			line(d, "echo be''fore", "before")
			line(d, inEditor+"=1 "+exe, "bottom")
			s := m.focusedShell()
			d.Until(fmt.Sprintf("editor %dx%d", s.cols, s.rows))
			wantNot(t, d, "before")
			fits(t, d, size.width, size.height)
			d.Press("up")
			d.Paste("two\nlines")
			d.Until(`"\x1bOA\x1b[200~two\rlines\x1b[201~"`)
			if c := d.View().Cursor; c == nil || c.Shape != shapes[1] {
				t.Errorf("the cursor is %+v, not an underline", c)
			}
			d.Resize(size.width+7, size.height+3)
			d.Until(fmt.Sprintf("editor %dx%d", s.cols, s.rows))
			d.Resize(size.width, size.height)
			d.Press("q")
			d.Until("before")

			line(d, "cd "+dir+"; touch found; echo ma''de", "made")
			d.Press("f4")
			line(d, "cd "+dir+"; ls", "found")
			d.Press("f3")
			line(d, "mount -t tmpfs tmpfs "+dir+"; touch "+dir+"/hidden; ls "+dir+" | tr h H", "Hidden")
			d.Press("f4")
			line(d, "ls | wc -l | sed s/1/one/", "one")

			d.Press("f3")
			line(d, "clear; cd /; mount -t tmpfs tmpfs /tmp", "[x]")
			d.Type("touch /tmp/mydummytestfile.txt")
			d.Press("enter")
			d.UntilScreen("says that all is done", func(s string) bool { return strings.Contains(strings.ToLower(s), "all parts are done") })
			host := m.tent().shells[paneHost]
			d.Press("f2", "q")
			d.Wait()
			if _, err := host.stream.Write([]byte("x")); err == nil {
				t.Error("the shell on the host is still there")
			}
		})
	}
}

// TestKilledShells: shells that are killed from outside say so, the screen lives
// on, and enter starts others.
func TestKilledShells(t *testing.T) {
	d, m := begin(t, realOptions(t), 80, 24)
	atTask(d)
	for key, prompt := range map[string]string{"f3": "tent#", "f4": "host$"} {
		d.Press(key)
		d.Until(prompt)
		for range 2 {
			line(d, "echo I am $$.", " I am $$.")
			pid := 0
			d.UntilScreen("has the number of the shell", func(s string) bool {
				if found := regexp.MustCompile(`│I am (\d+)\.`).FindStringSubmatch(s); found != nil {
					pid, _ = strconv.Atoi(found[1])
				}
				return pid > 0
			})
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			d.Until("ended: enter starts another")
			d.Press("enter")
			d.Wait()
			d.UntilScreen("has another shell", func(s string) bool { return strings.Contains(s, prompt) && !strings.Contains(s, "I am") })
			if !m.inShell() || m.screen != onLesson {
				t.Errorf("%s does not have the keys:\n%s", prompt, d.Screen())
			}
		}
	}
}

func executable(t *testing.T) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return exe
}
