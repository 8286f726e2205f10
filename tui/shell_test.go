package tui

import (
	"strings"
	"testing"
	"time"
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
				d.Press("ctrl+g")
				d.Wait()
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

// TestKeysInShell: a shell gets every key but a few.
func TestKeysInShell(t *testing.T) {
	o := options(t, &fakeEngine{})
	c := &clock{noon}
	o.Now = c.Now
	d, m := begin(t, o, 120, 40)
	atTask(d)
	d.Type("nqK?")
	d.Until("tent# nqK?")
	want(t, d, "keys go to: INSIDE")
	if d.View().Cursor == nil {
		t.Error("the shell has no cursor")
	}
	d.Press("ctrl+g")
	if m.inShell() {
		t.Fatal("ctrl-g did not leave the shell")
	}
	c.now = c.now.Add(time.Second)
	d.Press("ctrl+g")
	d.Press("ctrl+g", "ctrl+g")
	d.Until("nqK?^G")
	if strings.Count(d.Screen(), "^G") != 1 || !m.inShell() {
		t.Errorf("ctrl-g twice:\n%s", d.Screen())
	}
	d.Press("f2")
	if m.inShell() {
		t.Error("F2 did not leave the shell")
	}
	d.Press("f3")
	if !m.inShell() {
		t.Error("F3 did not go into the shell")
	}
	d.Press("f1")
	want(t, d, "help")
}

// TestShellEnds: a shell that ends gives the keys back.
func TestShellEnds(t *testing.T) {
	d, m := begin(t, options(t, &fakeEngine{}), 80, 24)
	atTask(d)
	d.Type("exit")
	d.Press("enter")
	d.Until("The shell inside has ended")
	if m.inShell() || m.tent().shell != nil {
		t.Error("the shell still has the keys")
	}
	d.Press("ctrl+g")
	d.Wait()
	d.Until("tent#")
}

// TestShellSize: the terminal is as large as its pane, at every size.
func TestShellSize(t *testing.T) {
	d, m := begin(t, options(t, &fakeEngine{}), 120, 40)
	atTask(d)
	for _, size := range []struct{ width, height int }{{120, 40}, {80, 24}, {200, 60}, {100, 28}, {99, 28}, {40, 12}} {
		d.Resize(size.width, size.height)
		width, height := m.inner(paneInside)
		if s := m.tent().shell; s.cols != width || s.rows != height {
			t.Errorf("%+v: the terminal is %dx%d, its pane %dx%d", size, s.cols, s.rows, width, height)
		}
		d.UntilScreen("has the prompt", func(s string) bool { return strings.Contains(s, "tent#") })
	}
}
