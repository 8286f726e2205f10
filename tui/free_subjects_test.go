package tui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// kindsHere are a kind that is here and one that is not.
var kindsHere = []subject.Kind{
	{Name: "docker", What: "a container of Docker's"},
	{Name: "podman", What: "a container of Podman's", Probe: func(context.Context) error {
		return &features.NotSupportedError{Feature: "a container of Podman's", Cause: errors.New("no podman\x1b[2J"), Remedy: "apt-get install podman"}
	}},
}

// TestSubjects: the list says what is here, and what is missing for the rest;
// one that is raised is asked as a sandbox is, and ended as one.
func TestSubjects(t *testing.T) {
	for _, s := range sizes {
		e := &fakeEngine{}
		d, m := freely(t, e, s.width, s.height)
		d.Press("s")
		d.Wait()
		want(t, d, "subjects", "docker", "n/a podman", "a container of Docker's")
		d.Press("down")
		want(t, d, "apt-get install podman", `podman\x1b[2J`)
		d.Press("enter")
		d.Wait()
		want(t, d, "podman is not to be had here")
		if len(m.free.boxes) != 0 {
			t.Fatal("it was started")
		}
		d.Press("up", "enter")
		d.Wait()
		d.Until("tent#")
		d.Press("f2")
		want(t, d, "A docker running")
		if e.count() != 1 {
			t.Errorf("%d run", e.count())
		}
		d.Press("x", "enter")
		d.Wait()
		want(t, d, "the very same file")
		d.Press("q")
		for _, key := range []string{"c", "w", "p", "f"} { // say nothing about what tentpole has not planned
			d.Press(key)
			d.Wait()
			want(t, d, "setup", "begin with", "A docker running")
		}
		d.Press("q", "y")
		d.Wait()
		if e.count() != 0 {
			t.Error("home, and it still runs")
		}
	}
}

// TestSubjectCancelled: what takes long is said, and can be cancelled.
func TestSubjectCancelled(t *testing.T) {
	e := &fakeEngine{hold: make(chan struct{})}
	o, c := options(t, e), &clock{noon}
	o.Now, o.StartSandbox = c.Now, true
	d, m := begin(t, o, 120, 40)
	d.Press("s", "enter")
	c.now = c.now.Add(5 * time.Second)
	d.Until("starting docker · 5s · esc cancels")
	want(t, d, "A docker starting")
	d.Press("esc")
	d.Wait()
	want(t, d, "Cancelled. Nothing was kept of it.")
	if len(m.free.boxes) != 0 || e.count() != 0 {
		t.Errorf("%d on the screen, %d run", len(m.free.boxes), e.count())
	}
}

// TestSubjectFails: why is a page, for a machine's console may have said much.
func TestSubjectFails(t *testing.T) {
	kind := kindsHere[0]
	kind.Probe = func(context.Context) error { return errors.New("first\n  second \x1b[2J") }
	o := options(t, &fakeEngine{})
	o.StartSandbox, o.StartSubject, o.Subjects = true, kind.Name, []subject.Kind{kind}
	d, m := begin(t, o, 80, 24)
	want(t, d, "docker did not start", "first", `second \x1b[2J`)
	if strings.Contains(d.Screen(), `first\x0a`) || len(m.free.boxes) != 0 {
		t.Error(d.Screen())
	}
}
