package tui

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// TestHostileInside: a program inside that does all it can changes nothing
// outside of its pane, writes nothing to the clipboard, and types nothing into
// the shell on the host.
func TestHostileInside(t *testing.T) {
	for _, size := range sizes[1:] {
		e := &fakeEngine{}
		d, m := begin(t, options(t, e), size.width, size.height)
		atTask(d)
		d.Until("host$")
		d.Press("f2")
		d.UntilScreen("has looked at the sandbox", func(s string) bool { return !strings.Contains(s, "new") })
		before, view := outside(d, m), demands(d)
		samples := maps.Clone(tuitest.Hostile)
		samples["questions"] = "\x1b[6n\x1b[5n\x1b[c\x1b]11;?\x07" // answered, to the shell inside
		for name, out := range samples {
			e.newest.say(tuitest.Marked(out, "after "+name+"!", 15))
			d.UntilScreen("shows "+name+" as cells only", func(s string) bool {
				fits(t, d, size.width, size.height)
				if now := outside(d, m); now != before {
					t.Fatalf("%s: something else has changed:\n%s\nwas\n%s", name, now, before)
				}
				if now := demands(d); now != view {
					t.Fatalf("%s: of the terminal it wants %s, wanted %s", name, now, view)
				}
				return strings.Contains(s, "after "+name+"!")
			})
		}
		if got := d.Copied(); len(got) > 0 {
			t.Errorf("copied %q", got)
		}
		if len(e.typed) > 0 {
			t.Errorf("the shell on the host was sent %q", e.typed)
		}
	}
}

// demands is what the view wants of the terminal besides its content: title,
// modes, colours.
func demands(d *tuitest.Driver) string {
	v := d.View()
	v.Content, v.Cursor = "", nil
	return fmt.Sprintf("%+v", v)
}

// outside is the screen, colours and all, without the pane of the shell inside.
func outside(d *tuitest.Driver, m *Model) string {
	at := m.place(paneInside)
	lines := strings.Split(d.Raw(), "\n")
	top := 2 + at.y // of a high screen: header and a blank line
	var b strings.Builder
	for y, line := range lines {
		if y >= top+1 && y < top+at.height-1 {
			_, line, _ = strings.Cut(line, "│") // the pane's left border
			line = line[strings.LastIndex(line[:strings.LastIndex(line, "│")], "│"):]
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}
