package tui

import (
	"context"
	"fmt"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// The screens of the sandbox, one after the other.
var freeWalk = []struct {
	name string
	do   func(t *testing.T, d *tuitest.Driver, m *Model)
}{
	{"sandbox", func(_ *testing.T, d *tuitest.Driver, _ *Model) { d.Press("left", "right", "right"); d.Wait() }},
	{"sandbox-type", func(t *testing.T, d *tuitest.Driver, m *Model) {
		at(t, d, m, "memory")
		value(d, "e", "a lot")
	}},
	{"sandbox-runs", func(t *testing.T, d *tuitest.Driver, m *Model) {
		d.Press("esc", "right", "enter")
		d.Wait()
		d.Until("tent#")
		d.Press("f2")
		if m.wide() {
			d.Until("61 MiB of 64 MiB")
		}
	}},
	{"sandbox-two", func(_ *testing.T, d *tuitest.Driver, m *Model) {
		d.Press("space", "enter")
		d.Wait()
		d.Until("tent#")
		d.Press("f2")
		if m.wide() {
			d.Until("Nothing is counted")
		}
	}},
	{"sandbox-compare", func(_ *testing.T, d *tuitest.Driver, _ *Model) { d.Press("="); d.Wait() }},
	{"sandbox-copy", func(_ *testing.T, d *tuitest.Driver, _ *Model) { d.Press("q", "c"); d.Wait() }},
	{"sandbox-tries", func(_ *testing.T, d *tuitest.Driver, _ *Model) { d.Press("q", "x", "a"); d.Wait() }},
	{"sandbox-riddle", func(t *testing.T, d *tuitest.Driver, m *Model) {
		d.Press("q")
		at(t, d, m, "missing pole")
		d.Press("space")
		d.Wait()
		d.Until("tent#")
		d.Press("f2", "enter")
	}},
	{"sandbox-solved", func(_ *testing.T, d *tuitest.Driver, _ *Model) { d.Press("S", "y") }},
}

func TestSandboxScreens(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size.width, size.height), func(t *testing.T) {
			d, m := freely(t, &fakeEngine{}, size.width, size.height)
			for _, step := range freeWalk {
				step.do(t, d, m)
				fits(t, d, size.width, size.height)
				tuitest.Golden(t, fmt.Sprintf("%s-%dx%d", step.name, size.width, size.height), d.Screen())
			}
		})
	}
}

// TestSandboxShellSize: the terminal is as large as its pane, with the board
// above it and with a riddle.
func TestSandboxShellSize(t *testing.T) {
	for _, row := range []string{"stage", "missing pole"} {
		d, m := freely(t, &fakeEngine{}, 120, 40)
		at(t, d, m, row)
		d.Press(map[string]string{"stage": "enter", "missing pole": "space"}[row])
		d.Wait()
		d.Until("tent#")
		for _, size := range sizes {
			d.Resize(size.width, size.height)
			width, height := m.inner(paneInside)
			if s := m.tent().shells[paneInside]; s.cols != width || s.rows != height {
				t.Errorf("%s, %+v: the terminal is %dx%d, its pane %dx%d", row, size, s.cols, s.rows, width, height)
			}
		}
	}
}

// TestNotToBeHad: a layer that this machine cannot raise says so, and what
// helps; a stage leaves it out, and by hand it may be tried all the same.
func TestNotToBeHad(t *testing.T) {
	o := options(t, &fakeEngine{})
	o.StartSandbox = true
	o.Layers = func(context.Context) []features.Answer {
		return []features.Answer{
			{ID: "mount", OK: true, Layers: []string{"mount"}},
			{ID: "seccomp", Layers: []string{"seccomp"}, Error: "refused", Because: "the kernel was built without", Remedy: "use another\nkernel"},
			{ID: "landlock", Unknown: true, Layers: []string{"landlock"}},
		}
	}
	d, m := begin(t, o, 120, 60)
	want(t, d, "n/a seccomp", "[ ] mount", "[ ] landlock")
	at(t, d, m, "stage")
	d.Press("left")
	d.Wait()
	want(t, d, "n/a seccomp", "[x] mount")
	at(t, d, m, "seccomp")
	want(t, d, "Not here: the kernel was built without. What helps: use", "another (all of it: doctor)")
	d.Press("space")
	d.Wait()
	want(t, d, "n/a seccomp")
	d.Press("space")
	d.Wait()
	want(t, d, "[x] seccomp")
}

// TestNoShellInIce: nothing can be started in a sandbox that is frozen; that is
// said, and does not hang.
func TestNoShellInIce(t *testing.T) {
	d, m := freely(t, &fakeEngine{}, 120, 40)
	at(t, d, m, "pids")
	d.Press("space", "enter")
	d.Wait()
	d.Until("tent#")
	d.Type("exit")
	d.Press("enter")
	d.Until("has ended")
	d.Press("f2", "f")
	d.Wait()
	d.Press("ctrl+g", "enter")
	want(t, d, "It is frozen, and so would the shell be")
	d.Press("f2", "x", "enter")
	want(t, d, "A is frozen: f has it go on")
	d.Press("f")
	d.Wait()
	before := m.tent().shells[paneInside]
	d.Press("ctrl+g", "enter")
	d.Wait()
	if after := m.tent().shells[paneInside]; after == before || after.gone {
		t.Error("no other shell was started")
	}
}

// TestWhatIsThisFreely: board and kernel of a sandbox say what a line is, and the
// tent is told in words.
func TestWhatIsThisFreely(t *testing.T) {
	d, m := freely(t, &fakeEngine{}, 120, 40)
	at(t, d, m, "mount")
	d.Press("space", "t")
	d.Wait()
	want(t, d, "The canvas is up: mount.")
	d.Press("tab")
	wantNot(t, d, "what is this?") // it is a plan so far
	d.Press("shift+tab", "t", "enter")
	d.Wait()
	d.Until("tent#")
	d.Press("f2", "tab", "tab")
	want(t, d, "›mount ns", "enter what is this?")
	d.Press("down", "enter")
	want(t, d, "board: uts ns")
	d.Press("q", "up", "tab", "enter")
	want(t, d, "what the kernel was asked", "unshare --mount")
	d.Press("q", "shift+tab", "shift+tab", "shift+tab")
	d.Press("enter")
	d.Wait()
	if len(m.free.boxes) != 2 {
		t.Errorf("enter at the table started nothing:\n%s", d.Screen())
	}
}
