package tui

import (
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/tui/settings"
)

// TestWorkbench: panes of a lesson are put away and back, and share the screen as
// the learner says; it stays for the lesson, and never is more than four panes.
func TestWorkbench(t *testing.T) {
	for _, size := range []struct{ width, height int }{{100, 28}, {140, 40}} {
		d, m := begin(t, options(t, &fakeEngine{}), size.width, size.height)
		atRun(d)
		d.Press("enter")
		d.Wait()
		want(t, d, "raised", "board", "what the kernel was asked")
		usual := m.places()
		d.Press("t", "c")
		fits(t, d, size.width, size.height)
		wantNot(t, d, "what the kernel was asked")
		if got := m.places(); len(got) != 2 || got[1].pane != paneBoard || got[1].height != m.bodyHeight() {
			t.Errorf("%v: without tent and kernel: %v", size, got)
		}
		d.Press("n")
		d.Wait()
		d.Press("b")
		wantNot(t, d, "what the kernel was asked") // it stays
		d.Press("o")
		if got := m.places(); len(got) != 1 || got[0].width != size.width {
			t.Errorf("%v: without all: %v", size, got)
		}
		d.Press("o", "t", "c", ">", ">", "+")
		fits(t, d, size.width, size.height)
		if got := m.places(); got[0].width <= usual[0].width || got[2].height <= usual[2].height {
			t.Errorf("%v: not moved: %v", size, got)
		}
		for range 50 {
			d.Press("<", "-")
			fits(t, d, size.width, size.height)
		}
		narrow := m.places()
		d.Press(">")
		if got := m.places(); narrow[0].width != leastColumns || got[0].width <= narrow[0].width {
			t.Errorf("%v: moved beyond the end: %v, %v", size, narrow, got)
		}
		d.Press("=")
		if got := m.places(); len(got) != 4 || got[0] != usual[0] || got[2] != usual[2] {
			t.Errorf("%v: not as usual: %v", size, got)
		}
	}
}

// TestWorkbenchWithShells: the terminals are as large as their panes, wherever
// those have been moved to.
func TestWorkbenchWithShells(t *testing.T) {
	d, m := begin(t, options(t, &fakeEngine{}), 120, 40)
	atTask(d)
	d.Press("f4")
	d.Wait()
	d.Until("host$")
	d.Press("f2")
	for _, key := range []string{">", "-", "o", "+", "c", "t", "=", "<", "z", "z"} {
		d.Press(key)
		fits(t, d, 120, 40)
		for p, s := range m.tent().shells {
			at := m.place(p)
			if m.zoom || at.width == 120 && at.height == m.bodyHeight() {
				continue // out of sight
			}
			if width, height := m.inner(p); s.cols != width || s.rows != height {
				t.Errorf("after %s the terminal is %dx%d in a pane of %dx%d", key, s.cols, s.rows, width, height)
			}
		}
		if n := len(m.places()); n > 4 {
			t.Errorf("after %s there are %d panes", key, n)
		}
	}
}

// TestHiddenPaneHasNoKeys: a pane that is put away while it has the keys gives
// them back.
func TestHiddenPaneHasNoKeys(t *testing.T) {
	d, m := begin(t, options(t, &fakeEngine{}), 80, 24)
	atRun(d)
	d.Press("tab")
	want(t, d, "[board]")
	d.Press("o")
	wantNot(t, d, "board")
	if m.focus != paneMain {
		t.Errorf("the keys go to %v", m.focus)
	}
}

// TestWhatIsThis: a cursor goes over the lines of board and kernel, and enter
// says what they are.
func TestWhatIsThis(t *testing.T) {
	d, m := begin(t, options(t, &fakeEngine{}), 120, 40)
	atRun(d)
	d.Press("enter")
	d.Wait()
	d.Press("tab")
	want(t, d, "›mount ns", "enter what is this?")
	d.Press("down", "enter")
	want(t, d, "board: mounts", "How many mounts", "another one, only for the inside", "man 5 proc")
	d.Press("q", "tab")
	want(t, d, "›unshare(mount)")
	d.Press("enter")
	want(t, d, "mount: its own table of mounts", "411 µs", "$ unshare --mount", "man 7 mount_namespaces")
	d.Press("q", "tab", "enter")
	d.Wait()
	if m.page != nil {
		t.Error("enter explains where the lesson has the keys")
	}
}

// TestWhatIsThisFollows: the line with the cursor is always in sight.
func TestWhatIsThisFollows(t *testing.T) {
	d, m := begin(t, options(t, &fakeEngine{}), 80, 24)
	atRun(d)
	d.Press("enter")
	d.Wait()
	d.Press("tab")
	d.Resize(80, 12)
	n := len(m.items(paneBoard))
	for i := range n + 3 {
		if screen := d.Screen(); !strings.Contains(screen, "│›") {
			t.Fatalf("after %d keys no line has the cursor:\n%s", i, screen)
		}
		d.Press("down")
	}
}

// TestTentInWords: sentences say what the drawing shows, and can be scrolled; it
// is kept.
func TestTentInWords(t *testing.T) {
	o := options(t, &fakeEngine{})
	d, m := begin(t, o, 120, 40)
	atRun(d)
	d.Press("w")
	d.Wait()
	want(t, d, "No tent stands yet")
	d.Press("enter")
	d.Wait()
	want(t, d, "The canvas is up: mount.", "The ground is the host's kernel")
	if m.settings.Get(settings.Tent) != settings.Words {
		t.Error("it is not kept")
	}
	d.Resize(80, 24)
	want(t, d, "tent") // where panes take turns it is one of them
	d.Press("shift+tab")
	want(t, d, "[tent]", "The canvas is up")
	d.Press("w")
	want(t, d, "[lesson]")
	wantNot(t, d, "tent ·")
}

// TestForget: a step, the lesson or everything is begun anew, each after two
// questions.
func TestForget(t *testing.T) {
	o := options(t, &fakeEngine{})
	o.Store = &lessons.Store{Dir: t.TempDir()}
	d, m := begin(t, o, 120, 40)
	kept := func() lessons.LessonRecord {
		p, err := o.Store.Read()
		if err != nil {
			t.Fatal(err)
		}
		return p.Lessons["mounts"]
	}
	run := func() {
		d.Press("2", "enter")
		d.Wait()
	}
	atRun(d)
	run()
	d.Press("R")
	want(t, d, "s this step", "l this lesson", "e everything")
	d.Press("s", "n")
	d.Wait()
	if len(kept().Steps) != 2 {
		t.Fatalf("forgotten without a yes: %+v", kept())
	}
	d.Press("R", "s", "y")
	d.Wait()
	want(t, d, "Forgotten.", "step 2 of 5")
	d.Press("up")
	want(t, d, "predict and run")
	if _, has := kept().Steps["own"]; has || len(kept().Steps) != 1 {
		t.Errorf("kept after the step was forgotten: %+v", kept())
	}
	if m.tent().live {
		t.Error("the step's sandbox is still there")
	}
	run()
	d.Press("R", "l", "y")
	d.Wait()
	want(t, d, "step 1 of 5")
	if len(kept().Steps) != 0 {
		t.Errorf("kept after the lesson was forgotten: %+v", kept())
	}
	d.Press("enter")
	d.Wait()
	run()
	if err := o.Store.Update(func(p *lessons.Progress) error { p.Put("other", lessons.LessonRecord{At: "x"}); return nil }); err != nil {
		t.Fatal(err)
	}
	d.Press("R", "e", "y")
	d.Wait()
	if p, err := o.Store.Read(); err != nil || len(p.Lessons) != 0 {
		t.Errorf("kept after all was forgotten: %+v, %v", p, err)
	}
	want(t, d, "step 1 of 5", "Forgotten.")
}
