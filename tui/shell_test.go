package tui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/lessons/play"
)

// TestShellKeyStartsTask: on a task that has not begun, the key of the shell
// does what enter does, whether or not a shell of an earlier step is open.
func TestShellKeyStartsTask(t *testing.T) {
	for _, name := range []string{"no shell before", "a shell before"} {
		t.Run(name, func(t *testing.T) {
			e := &fakeEngine{}
			d, m := begin(t, options(t, e), 80, 24)
			atRun(d)
			d.Press("enter")
			d.Wait()
			if name == "a shell before" {
				d.Press("f3")
				d.Until("tent#")
				d.Type("old")
				d.Until("tent# old")
				d.Press("f2")
			}
			d.Press("n")
			d.Wait()
			d.Press("ctrl+g")
			d.Wait()
			d.Until("tent#")
			wantNot(t, d, "old")
			if !m.inShell() || m.tent().of != m.stepInTent().ID || e.count() != 1 {
				t.Fatalf("not in the shell of the task, %d sandboxes:\n%s", e.count(), d.Screen())
			}
			want(t, d, "[ ] [ ] /tmp inside is a tmpfs")
			d.Type("mount")
			d.Press("enter")
			d.Until("[x] [ ] the file exists inside")
		})
	}
}

// TestKeysInShell: a shell gets every key but a few, which go round the panes
// and never out of the lesson.
func TestKeysInShell(t *testing.T) {
	o := options(t, &fakeEngine{})
	c := &clock{noon}
	o.Now = c.Now
	d, m := begin(t, o, 120, 40)
	atTask(d)
	d.Type("nqK?")
	d.Until("tent# nqK?")
	want(t, d, "keys go to: INSIDE", "INSIDE   you are here", "HOST as root ")
	if d.View().Cursor == nil {
		t.Error("the shell has no cursor")
	}
	for _, next := range []struct {
		key   string
		focus pane
	}{
		{"ctrl+g", paneHost}, {"ctrl+g", paneMain}, {"ctrl+g", paneInside}, {"f4", paneHost}, {"f4", paneHost}, {"f3", paneInside},
		{"f3", paneInside}, {"f2", paneMain}, {"f4", paneHost}, {"f2", paneMain}, {"f3", paneInside},
	} {
		c.now = c.now.Add(time.Second)
		d.Press(next.key)
		d.Wait()
		if m.focus != next.focus {
			t.Fatalf("%s went to pane %d, not %d:\n%s", next.key, m.focus, next.focus, d.Screen())
		}
	}
	for key, side := range map[string]string{"f3": "tent# nqK?", "f4": "host$ "} {
		c.now = c.now.Add(time.Second)
		d.Press(key, "ctrl+g", "ctrl+g")
		d.Until(side + "^G")
		if strings.Count(d.Screen(), side+"^G") != 1 || !m.inShell() {
			t.Errorf("ctrl-g twice:\n%s", d.Screen())
		}
	}
	d.Press("f1")
	want(t, d, "help")
	if m.screen != onLesson {
		t.Error("the keys left the lesson")
	}
}

// TestHostOnAnyStep: the shell on the host opens where there is no task and no
// sandbox, too, and ends with the screen.
func TestHostOnAnyStep(t *testing.T) {
	for _, key := range []string{"ctrl+g", "f4"} {
		e := &fakeEngine{}
		d, _ := begin(t, options(t, e), 80, 24)
		d.Press("enter")
		d.Wait()
		d.Press(key)
		d.Wait()
		d.Until("host$")
		want(t, d, "keys go to: HOST", "HOST as root   you are here")
		d.Type("ls")
		d.Until("host$ ls")
		d.Press("f2", "q")
		d.Wait()
		if e.hosts != 0 {
			t.Error("the shell on the host did not end with the lesson")
		}
	}
}

// TestHostStartsLate: a shell on the host that starts when the screen is gone
// already is closed.
func TestHostStartsLate(t *testing.T) {
	e := &fakeEngine{}
	o := options(t, e)
	begun, goOn := make(chan struct{}), make(chan struct{})
	o.HostShell = func(ctx context.Context, cols, rows int) (play.Shell, error) {
		close(begun)
		<-goOn
		return e.hostShell(ctx, cols, rows)
	}
	d, m := begin(t, o, 80, 24)
	d.Press("enter")
	d.Wait()
	d.Press("f4")
	<-begun
	d.Press("f2", "q")
	close(goOn)
	d.Wait()
	if err := m.Close(); err != nil || e.hosts != 0 {
		t.Errorf("%d shells on the host are left, %v", e.hosts, err)
	}
}

// TestShellEnds: a shell that ends says so in its pane, the screen lives on, and
// enter starts another, with the sandbox when that has ended as well.
func TestShellEnds(t *testing.T) {
	for _, c := range []struct{ key, prompt, side, says string }{
		{"f3", "tent#", "INSIDE", "The shell inside has ended"}, {"f4", "host$", "HOST as root", "The shell on the host has ended"},
	} {
		d, m := begin(t, options(t, &fakeEngine{}), 80, 24)
		atTask(d)
		d.Press(c.key)
		d.Until(c.prompt)
		d.Type("exit")
		d.Press("enter")
		d.Until(c.says)
		want(t, d, c.prompt+" exit", "ended: enter starts another")
		if d.View().Cursor != nil {
			t.Error("it still has a cursor")
		}
		d.Press("x")
		want(t, d, c.side+"   you are here")
		d.Press("enter")
		d.Wait()
		d.UntilScreen("has a new prompt only", func(s string) bool { return strings.Contains(s, c.prompt) && !strings.Contains(s, "exit") })
		if !m.inShell() {
			t.Error("the new shell does not have the keys")
		}
	}
}

// TestSandboxKilled: where the sandbox was killed from outside, its pane says so,
// the shell on the host is what it was, and enter starts both anew.
func TestSandboxKilled(t *testing.T) {
	e := &fakeEngine{}
	d, m := begin(t, options(t, e), 120, 40)
	atTask(d)
	d.Press("f4")
	d.Type("mark")
	d.Until("host$ mark")
	d.Press("f3")
	e.kill()
	d.Until("ended, with its sandbox: enter starts it again")
	want(t, d, "host$ mark")
	d.Press("enter")
	d.Wait()
	d.UntilScreen("has another shell inside", func(s string) bool { return strings.Contains(s, "tent#") && !strings.Contains(s, "ended") })
	want(t, d, "host$ mark")
	if e.count() != 1 || !m.inShell() {
		t.Errorf("%d sandboxes", e.count())
	}
}

// TestLookBack: lines that have left the screen can be seen, marked and copied
// with keys, and typing goes on where it was.
func TestLookBack(t *testing.T) {
	for _, size := range sizes {
		var say strings.Builder
		for i := range 300 {
			fmt.Fprintf(&say, "line %d\r\n", i)
		}
		d, m := begin(t, options(t, &fakeEngine{say: say.String()}), size.width, size.height)
		atTask(d)
		d.Until("line 299")
		d.Press("shift+pgup")
		d.UntilScreen("has gone up", func(s string) bool { return strings.Contains(s, "lines above") && !strings.Contains(s, "line 299") })
		want(t, d, "looking back: INSIDE", "space mark", "enter copy", "esc back")
		d.Press("home")
		d.Until("line 0 ")
		fits(t, d, size.width, size.height)
		d.Press("down", "space", "down", "down")
		d.Until("3 lines marked")
		d.Press("enter")
		d.Wait()
		d.Until("3 lines copied")
		d.UntilScreen("is back where it was, with the lines copied", func(s string) bool { return strings.Contains(s, "line 299") && len(d.Copied()) > 0 })
		if got := d.Copied(); len(got) != 1 || got[0] != "line 1\nline 2\nline 3" {
			t.Errorf("copied %q", got)
		}
		d.Press("shift+pgup", "up")
		d.Type("x")
		d.Until("tent# x")
		d.Press("shift+pgup", "ctrl+g")
		if m.focus != paneHost {
			t.Errorf("ctrl-g went to pane %d", m.focus)
		}
		d.Press("f2", "v")
		d.UntilScreen("has gone up in the shell that had the keys last", func(s string) bool { return strings.Contains(s, "looking back: HOST") })
		d.Press("f3")
		d.Until("tent# x")
		if m.focusedShell().looking || len(d.Copied()) != 1 {
			t.Errorf("pane %d, copied %q", m.focus, d.Copied())
		}
	}
}

// TestShellSize: the terminals are as large as their panes, at every size.
func TestShellSize(t *testing.T) {
	d, m := begin(t, options(t, &fakeEngine{}), 120, 40)
	atTask(d)
	for _, size := range []struct{ width, height int }{{120, 40}, {80, 24}, {200, 60}, {100, 28}, {99, 28}, {40, 12}} {
		d.Resize(size.width, size.height)
		for key, prompt := range map[string]string{"f3": "tent#", "f4": "host$"} {
			d.Press(key)
			width, height := m.inner(m.focus)
			if s := m.focusedShell(); s.cols != width || s.rows != height {
				t.Errorf("%+v: the terminal is %dx%d, its pane %dx%d", size, s.cols, s.rows, width, height)
			}
			d.UntilScreen("has the prompt", func(s string) bool { return strings.Contains(s, prompt) })
		}
	}
}
