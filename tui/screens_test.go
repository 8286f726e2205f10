package tui

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
	"github.com/tentpole-labs/tentpole/tui/styles"
	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

func course(t testing.TB) *lessons.Course {
	t.Helper()
	c, err := lessons.LoadAll(os.DirFS("testdata/course"), lessons.Known{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// clock is the time that the model is told; it goes on when a test says so.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func options(t testing.TB, e *fakeEngine) Options {
	c := &clock{noon}
	return Options{Course: course(t), Engine: e, Lab: (&fakeLab{say: e.say}).lab(t), Theme: styles.Dark, Variant: lessons.Root, Now: c.Now, HostShell: e.hostShell, Subjects: kindsHere}
}

// begin starts a model with the options, and closes it when the test ends.
func begin(t testing.TB, o Options, width, height int) (*tuitest.Driver, *Model) {
	t.Helper()
	m := New(t.Context(), o)
	d := tuitest.New(t, m, width, height)
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	d.Wait()
	return d, m
}

// sizes are the screens that every golden is kept at.
var sizes = []struct{ width, height int }{{80, 24}, {120, 40}, {200, 60}}

// The screens a learner sees on the way through a lesson.
var walk = []struct {
	name string
	do   func(*tuitest.Driver)
}{
	{"home", func(d *tuitest.Driver) {}},
	{"read", func(d *tuitest.Driver) { d.Press("enter"); d.Wait() }},
	{"predict", func(d *tuitest.Driver) { d.Press("enter"); d.Wait(); d.Press("2") }},
	{"after-run", func(d *tuitest.Driver) { d.Press("enter"); d.Wait() }},
	{"task", func(d *tuitest.Driver) { d.Press("n"); d.Wait(); d.Press("H"); d.Wait() }},
	{"task-inside", func(d *tuitest.Driver) {
		d.Press("enter")
		d.Wait()
		d.Until("tent#")
		d.Type("mount -t tmpfs tmpfs /tmp")
		d.Press("enter")
		d.Until("[x]")
		d.UntilScreen("has the next prompt, and the host's where that is seen", func(s string) bool {
			return strings.Count(s, "tent#") == 2 && strings.Contains(s, "HOST as") == strings.Contains(s, "host$")
		})
	}},
	{"quiz", func(d *tuitest.Driver) { d.Press("f2", "n"); d.Wait(); d.Press("enter"); d.Wait() }},
	{"help", func(d *tuitest.Driver) { d.Press("?"); d.Wait() }},
}

func TestScreens(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size.width, size.height), func(t *testing.T) {
			d, _ := begin(t, options(t, &fakeEngine{}), size.width, size.height)
			for _, step := range walk {
				step.do(d)
				fits(t, d, size.width, size.height)
				tuitest.Golden(t, fmt.Sprintf("%s-%dx%d", step.name, size.width, size.height), d.Screen())
			}
		})
	}
}

// styled are the screens of the walk that tell most about styles: a choice, what
// was measured beside a board, and both shells.
var styled = []string{"predict", "after-run", "task-inside"}

// styledThemes are those that screens are kept in with their styles: whatever
// stands out in colours does in the last of them, too.
var styledThemes = []styles.Theme{styles.Dark, styles.Light, styles.None}

// TestHomeByPages: the list is longer than a small screen, and need not be gone
// through line by line.
func TestHomeByPages(t *testing.T) {
	d, m := begin(t, options(t, &fakeEngine{}), 80, 12)
	d.Until("begin")
	d.Press("pgdown", "pgdown", "pgdown", "pgdown")
	want(t, d, "› settings")
	d.Press("pgup", "pgup", "pgup", "pgup")
	want(t, d, "› begin")
	if m.scrolls[paneMain] != 0 {
		t.Error("the top is not seen")
	}
}

// TestStyledHome keeps home with its styles, and the sandbox screen with two that
// run.
func TestStyledHome(t *testing.T) {
	for _, theme := range styledThemes {
		t.Run(string(theme), func(t *testing.T) {
			o := options(t, &fakeEngine{})
			o.Theme = theme
			d, _ := begin(t, o, 120, 40)
			tuitest.Golden(t, fmt.Sprintf("home-%s-120x40", theme), d.Styled())
			o.StartSandbox = true
			o.Setups = &preset.Store{Dir: t.TempDir()}
			d, m := begin(t, o, 120, 40)
			for _, step := range freeWalk {
				step.do(t, d, m)
				if step.name == "sandbox-two" {
					tuitest.Golden(t, fmt.Sprintf("sandbox-two-%s-120x40", theme), d.Styled())
					break
				}
			}
		})
	}
}

// TestStyledScreens keeps the screens of a lesson with their styles, for a light
// background and without colours.
func TestStyledScreens(t *testing.T) {
	for _, theme := range []styles.Theme{styles.Light, styles.None} {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s %dx%d", theme, size.width, size.height), func(t *testing.T) {
				o := options(t, &fakeEngine{})
				o.Theme = theme
				d, _ := begin(t, o, size.width, size.height)
				for _, step := range walk {
					step.do(d)
					if slices.Contains(styled, step.name) {
						tuitest.Golden(t, fmt.Sprintf("%s-%s-%dx%d", step.name, theme, size.width, size.height), d.Styled())
					}
				}
			})
		}
	}
}

func TestTooSmall(t *testing.T) {
	d, _ := begin(t, options(t, &fakeEngine{}), 39, 11)
	tuitest.Golden(t, "too-small-39x11", d.Screen())
	for width := range 60 {
		for height := range 20 {
			d.Resize(width, height)
			fits(t, d, width, height)
		}
	}
}

// TestASCII: no letter beyond ASCII where the terminal has none.
func TestASCII(t *testing.T) {
	o := options(t, &fakeEngine{})
	o.ASCII = true
	d, _ := begin(t, o, 120, 40)
	for _, step := range walk {
		step.do(d)
		if i := strings.IndexFunc(d.Screen(), func(r rune) bool { return r > 0x7e }); i >= 0 {
			t.Fatalf("%s: not ASCII at %q", step.name, d.Screen()[i:min(i+20, len(d.Screen()))])
		}
	}
}

// TestSandboxASCII: the same for the screens of the sandbox.
func TestSandboxASCII(t *testing.T) {
	d, m := freely(t, &fakeEngine{}, 120, 40)
	m.styles.ASCII = true
	for _, step := range freeWalk {
		step.do(t, d, m)
		if i := strings.IndexFunc(d.Screen(), func(r rune) bool { return r > 0x7e }); i >= 0 {
			t.Fatalf("%s: not ASCII at %q", step.name, d.Screen()[i:min(i+20, len(d.Screen()))])
		}
	}
}
