package tui

import (
	"math/rand/v2"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/tentpole-labs/tentpole/sandbox/preset"
	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// fits checks that a screen is exactly as high as the window and no line of it
// wider.
func fits(t testing.TB, d *tuitest.Driver, width, height int) {
	t.Helper()
	raw := d.Raw()
	if width < 1 || height < 1 {
		if raw != "" {
			t.Fatalf("%dx%d: there is a screen: %q", width, height, raw)
		}
		return
	}
	lines := strings.Split(raw, "\n")
	if len(lines) != height {
		t.Fatalf("%dx%d: the screen has %d lines:\n%s", width, height, len(lines), d.Screen())
	}
	for i, line := range lines {
		if w := ansi.StringWidth(line); w > width {
			t.Fatalf("%dx%d: line %d is %d wide: %q", width, height, i, w, line)
		}
	}
	if c := d.View().Cursor; c != nil && (c.X < 0 || c.Y < 0 || c.X >= width || c.Y >= height) {
		t.Fatalf("%dx%d: the cursor is at %d, %d", width, height, c.X, c.Y)
	}
}

// TestRandomKeys presses keys and changes sizes at random: nothing panics and
// no line is ever wider than the screen.
func TestRandomKeys(t *testing.T) {
	for _, start := range []string{"home", "sandbox"} {
		t.Run(start, func(t *testing.T) { randomKeys(t, start == "sandbox") })
	}
}

func randomKeys(t *testing.T, inSandbox bool) {
	keys := []string{
		"enter", "enter", "n", "b", "tab", "shift+tab", "z", "H", "S", "y", "p", "K", "?", "q", "esc", "space",
		"up", "down", "pgup", "pgdown", "1", "2", "3", "9", "s", "ctrl+g", "ctrl+g", "/", ",", "left", "right", "backspace", "f1", "f2", "f3", "f4", "shift+pgup", "shift+pgdown", "x", "é",
		"e", "w", "c", "a", "f", "=", "[", "]", "ctrl+u",
	}
	rounds := 4000
	if testing.Short() {
		rounds = 500
	}
	r := rand.New(rand.NewPCG(1, 2))
	e := &fakeEngine{say: "\x1b[31mred\x1b[0m \u202e\u009b wide 漢字 e\u0301\r\n"}
	o := options(t, e)
	o.StartSandbox, o.Setups, o.Rand = inSandbox, &preset.Store{Dir: t.TempDir()}, r
	d, m := begin(t, o, 80, 24)
	rattle(t, d, r, keys, rounds, func() {
		if inSandbox && m.screen == onHome { // back to what this is about
			d.Send(tea.BatchMsg{m.openSandbox()})
		}
	})
	d.Wait()
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	if n := e.count(); n != 0 {
		t.Errorf("%d sandboxes are still open after Close", n)
	}
}

// rattle presses keys and changes sizes at random; at does something between,
// now and then.
func rattle(t *testing.T, d *tuitest.Driver, r *rand.Rand, keys []string, rounds int, at func()) {
	t.Helper()
	width, height := 80, 24
	d.Resize(width, height)
	trail := []string{}
	defer func() {
		if v := recover(); v != nil {
			t.Fatalf("panic: %v\nafter %v\n%s", v, trail[max(0, len(trail)-30):], d.Screen())
		}
	}()
	for i := range rounds {
		if i%100 == 99 {
			at()
		}
		switch r.IntN(12) {
		case 0:
			width, height = r.IntN(160), r.IntN(50)
			d.Resize(width, height)
		case 1:
			d.Wait()
		default:
			k := keys[r.IntN(len(keys))]
			trail = append(trail, k)
			d.Press(k)
		}
		d.Drain()
		fits(t, d, width, height)
	}
}

// TestRandomKeysOnSheets does the same on the sheets, and opens them again when
// they were left.
func TestRandomKeysOnSheets(t *testing.T) {
	keys := []string{
		"enter", "tab", "shift+tab", "z", "m", "r", "r", "R", "x", "w", "y", "n", "s", "1", "2", "3", "?", "q", "esc", "space",
		"up", "down", "down", "left", "right", "right", "h", "l", "j", "k", "pgup", "pgdown", "f1", "é",
	}
	rounds := 800
	if testing.Short() {
		rounds = 300
	}
	e := &fakeEngine{say: "\x1b[31mred\x1b[0m \u202e\u009b wide 漢字 e\u0301\r\n"}
	for name, open := range map[string]func(*Model) tea.Cmd{
		"experiments": (*Model).openExperiments, "matrix": (*Model).openMatrix, "claims on trial": (*Model).openClaims, "doctor": (*Model).openDoctor,
	} {
		t.Run(name, func(t *testing.T) {
			d, m := begin(t, options(t, e), 80, 24)
			again := func() {
				if m.page, m.ask = nil, nil; m.screen != onSheet || m.sheet.name() != name {
					d.Send(tea.BatchMsg{open(m)})
				}
			}
			again()
			rattle(t, d, rand.New(rand.NewPCG(3, 4)), keys, rounds, again)
			d.Wait()
			if m.work != nil {
				t.Error("something is under way although the model is idle")
			}
		})
	}
	if e.hosts != 0 {
		t.Errorf("%d shells on the host are still open after Close", e.hosts)
	}
}
