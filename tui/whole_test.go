package tui

import (
	"slices"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/content"
	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/tui/panel"
	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// uncut fails where a line of the screen was cut.
func uncut(t *testing.T, what string, d *tuitest.Driver) {
	t.Helper()
	for line := range strings.Lines(d.Screen()) {
		if strings.Contains(line, "…") {
			t.Errorf("%s: a line was cut: %s", what, line)
		}
	}
}

// TestHomeWhole: nothing of the course is cut on the small screen, however far
// somebody is in it.
func TestHomeWhole(t *testing.T) {
	whole, err := lessons.LoadAll(content.FS, play.Known())
	if err != nil {
		t.Fatal(err)
	}
	o := options(t, &fakeEngine{})
	o.Course = whole
	d, m := begin(t, o, 80, 24)
	look := func(what string) {
		t.Helper()
		last := len(m.entries()) - 1
		for range last {
			uncut(t, what, d)
			d.Press("down")
		}
		want(t, d, "› settings")
		for range last {
			d.Press("up")
		}
	}
	look("nothing is done")
	m.class = &class{line: quietClass{}}
	for _, l := range whole.Lessons {
		m.class.slate.Held = append(m.class.slate.Held, l.ID)
	}
	look("every lesson is held")
}

// quietClass is one in which nothing happens.
type quietClass struct{}

func (quietClass) Hear() (channel.Slate, error) { select {} }
func (quietClass) Tell(channel.Word) error      { return nil }

// TestHelpWhole: no line of any help page is cut on the small screen, and the key
// that opens it closes it again.
func TestHelpWhole(t *testing.T) {
	for _, at := range everywhere {
		onScreen(t, at.open, func(d *tuitest.Driver, m *Model) {
			m.page, m.finder, m.ask = nil, nil, nil
			for _, key := range []string{"?", "f1"} {
				d.Press(key)
				if m.page == nil || m.page.title != "help" {
					t.Fatalf("%s: %s shows no help:\n%s", at.name, key, d.Screen())
				}
				for uncut(t, at.name, d); m.page.scroll < m.pageBelow(); uncut(t, at.name, d) {
					d.Press("pgdown")
				}
				if d.Press(key); m.page != nil {
					t.Errorf("%s: %s does not close what it has opened", at.name, key)
				}
			}
		})
	}
}

// TestTaskWhole: over a shell the task is not cut on the small screen: what there is
// no room for is left out.
func TestTaskWhole(t *testing.T) {
	d, m := begin(t, options(t, &fakeEngine{}), 80, 24)
	atTask(d)
	id := m.lesson.session.Walk.Step().ID
	const boxes = "[x] [ ] [ ]"
	for n := 20; n <= 76; n++ {
		say := strings.Repeat("x", n)
		res := m.lesson.results[id]
		res.parts = []lessons.PartResult{{Say: "done", Done: true}, {Say: say}, {Say: "later"}}
		m.lesson.results[id] = res
		header := d.Screen()[:strings.IndexByte(d.Screen(), '\n')]
		if !strings.Contains(header, say) || panel.Width(header) > 80 {
			t.Errorf("%d letters: %q", n, header)
		}
		if n <= 60 && !strings.Contains(header, boxes) {
			t.Errorf("%d letters: no boxes: %q", n, header)
		}
	}
}

// TestKeysWritten: a key is written in one way everywhere, as in "ctrl-g".
func TestKeysWritten(t *testing.T) {
	for _, b := range slices.Concat(bindings, classBindings) {
		if strings.ContainsRune(b.show, '+') && b.show != "+" {
			t.Errorf("%q", b.show)
		}
	}
}
