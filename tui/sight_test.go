package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// firstLine is the first line that the lesson pane shows.
func firstLine(d *tuitest.Driver) string {
	_, rest, _ := strings.Cut(d.Screen(), "╭─")
	return strings.Split(rest, "\n")[1]
}

// TestResultInSight: after a run the first that is seen of a long text is what
// was measured, and the rest can be scrolled to.
func TestResultInSight(t *testing.T) {
	for _, size := range []struct{ width, height int }{{80, 24}, {60, 20}, {40, 12}} {
		d, _ := begin(t, options(t, &fakeEngine{}), size.width, size.height)
		atRun(d)
		d.Press("3", "enter")
		d.Wait()
		if got := firstLine(d); !strings.Contains(got, "Searched the host") {
			t.Errorf("%+v: the first line is %q:\n%s", size, got, d.Screen())
		}
		want(t, d, "more above and below")
		for range 40 {
			d.Press("down")
		}
		want(t, d, "That is for you to do.")
	}
}

// TestWaitInSight: what says that a run takes long is seen where the text
// fills the pane, too.
func TestWaitInSight(t *testing.T) {
	e := &fakeEngine{hold: make(chan struct{})}
	o := options(t, e)
	c := &clock{noon}
	o.Now = c.Now
	d, _ := begin(t, o, 40, 12)
	atRun(d)
	d.Press("3", "enter")
	c.now = c.now.Add(time.Second)
	d.Until("searching the host")
	close(e.hold)
	d.Wait()
}

// TestTaskEnds: once the last part is done, the lesson shows the parts and
// what comes after them, also where hints had taken it further down.
func TestTaskEnds(t *testing.T) {
	d, _ := begin(t, options(t, &fakeEngine{}), 60, 14)
	atTask(d)
	d.Press("f2", "H", "S", "y", "enter")
	d.Wait()
	for _, line := range []string{"mount", "touch"} {
		d.Type(line)
		d.Press("enter")
	}
	d.Until("all parts are done")
	d.Press("f2")
	want(t, d, "[x] the file exists inside", "All parts are done.", "The host has no file of that name.")
	wantNot(t, d, "S solution")
}
