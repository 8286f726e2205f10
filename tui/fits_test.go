package tui

import (
	"context"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"go.uber.org/goleak"

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

// everywhere are the screens, and how to get to each from a program that has just
// begun: home, the lesson at each kind of step, with shells, pages, the finder, a
// question, the sandbox and the sheets.
var everywhere = []struct {
	name string
	open func(*tuitest.Driver, *Model)
}{
	{"home", func(*tuitest.Driver, *Model) {}},
	{"reading", func(d *tuitest.Driver, _ *Model) { d.Press("enter") }},
	{"a prediction", func(d *tuitest.Driver, _ *Model) { atRun(d) }},
	{"a run", func(d *tuitest.Driver, _ *Model) { atRun(d); d.Press("enter") }},
	{"the tent in words", func(d *tuitest.Driver, _ *Model) { atRun(d); d.Press("enter", "w") }},
	{"a task with both shells", func(d *tuitest.Driver, _ *Model) { atTask(d); d.Press("f4"); d.Wait(); d.Press("f2") }},
	{"a question", func(d *tuitest.Driver, _ *Model) { atRun(d); d.Press("R") }},
	{"a page", func(d *tuitest.Driver, _ *Model) { atRun(d); d.Press("enter"); d.Wait(); d.Press("tab", "enter") }},
	{"help", func(d *tuitest.Driver, _ *Model) { d.Press("?") }},
	{"the finder", func(d *tuitest.Driver, _ *Model) { d.Press("/") }},
	{"settings", func(d *tuitest.Driver, _ *Model) { d.Press(",") }},
	{"the sandbox", func(d *tuitest.Driver, m *Model) { d.Send(tea.BatchMsg{m.openSandbox()}) }},
	{"experiments", func(d *tuitest.Driver, m *Model) { d.Send(tea.BatchMsg{m.openExperiments()}) }},
	{"the matrix", func(d *tuitest.Driver, m *Model) { d.Send(tea.BatchMsg{m.openMatrix()}) }},
	{"claims", func(d *tuitest.Driver, m *Model) { d.Send(tea.BatchMsg{m.openClaims()}) }},
	{"the doctor", func(d *tuitest.Driver, m *Model) { d.Send(tea.BatchMsg{m.openDoctor()}) }},
}

// allRounds is set where there is time for 10,000 sizes and 10,000 keys on every
// screen; otherwise it is a fiftieth of that.
const allRounds = "TENTPOLE_ALL_ROUNDS"

func rounds() int {
	if os.Getenv(allRounds) != "" {
		return 10_000
	}
	return 200
}

// allKeys are those that any screen has, and some that none has.
func allKeys(m *Model) []string {
	var keys []string
	for _, b := range slices.Concat(bindings, m.bindings()) {
		for _, k := range b.keys {
			if k != "ctrl+c" && k != "ctrl+z" {
				keys = append(keys, k)
			}
		}
	}
	return append(keys, "y", "n", "s", "l", "x", "é", "漢", "backspace", "ctrl+u", "home", "end", "shift+pgup", "shift+pgdown")
}

// TestRandomSizes: whatever the size of the window becomes, from one cell to
// 300x100, every screen fits it; and when it is left nothing goes on.
func TestRandomSizes(t *testing.T) {
	for _, at := range everywhere {
		t.Run(at.name, func(t *testing.T) {
			defer noneLeft(t, goleak.IgnoreCurrent())
			onScreen(t, at.open, func(d *tuitest.Driver, _ *Model) {
				r := rand.New(rand.NewPCG(5, 6))
				for range rounds() {
					width, height := 1+r.IntN(300), 1+r.IntN(100)
					d.Resize(width, height)
					d.Drain()
					fits(t, d, width, height)
				}
			})
		})
	}
}

// TestRandomKeysEverywhere: whatever keys are pressed on a screen, the next one
// fits; and when it is left nothing goes on.
func TestRandomKeysEverywhere(t *testing.T) {
	for _, at := range everywhere {
		t.Run(at.name, func(t *testing.T) {
			defer noneLeft(t, goleak.IgnoreCurrent())
			onScreen(t, at.open, func(d *tuitest.Driver, m *Model) {
				r, keys := rand.New(rand.NewPCG(7, 8)), allKeys(m)
				for i := range rounds() {
					d.Press(keys[r.IntN(len(keys))])
					d.Drain()
					fits(t, d, 80, 24)
					if i%50 == 49 {
						d.Wait()
					}
				}
			})
		})
	}
}

// noneLeft checks that no goroutine goes on, but for Bubble Tea's timers: they end
// within a second, and nothing ends them sooner.
func noneLeft(t *testing.T, before goleak.Option) {
	t.Helper()
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("charm.land/bubbletea/v2.Tick.func1"))
}

// onScreen opens a screen of a program, does something there and ends it.
func onScreen(t *testing.T, open, do func(*tuitest.Driver, *Model)) {
	t.Helper()
	e := &fakeEngine{say: "wide 漢字 e\u0301\r\n"}
	ctx, cancel := context.WithCancel(t.Context())
	m := New(ctx, options(t, e))
	d := tuitest.New(t, m, 80, 24)
	d.Wait()
	open(d, m)
	d.Wait()
	do(d, m)
	cancel()
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	d.Close()
	if n := e.count(); n != 0 {
		t.Errorf("%d sandboxes are still open after Close", n)
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
