package tui

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// freely opens the sandbox screen.
func freely(t *testing.T, e *fakeEngine, width, height int) (*tuitest.Driver, *Model) {
	t.Helper()
	o := options(t, e)
	o.StartSandbox, o.Rand = true, rand.New(rand.NewPCG(1, 2))
	o.Setups = &preset.Store{Dir: filepath.Join(t.TempDir(), "setups")}
	return begin(t, o, width, height)
}

// at moves the cursor to a row of the table.
func at(t *testing.T, d *tuitest.Driver, m *Model, label string) {
	t.Helper()
	for i, r := range m.rows() {
		if r.Label == label {
			for m.free.cursor < i {
				d.Press("down")
			}
			for m.free.cursor > i {
				d.Press("up")
			}
			return
		}
	}
	t.Fatalf("there is no row %q:\n%s", label, d.Screen())
}

// value types a value into the row of the cursor.
func value(d *tuitest.Driver, key, text string) {
	d.Press(key, "ctrl+u")
	d.Type(text)
	d.Press("enter")
	d.Wait()
}

// TestSetup switches, steps and types all kinds of rows; the plan is always
// about the setup as it is.
func TestSetup(t *testing.T) {
	d, m := freely(t, &fakeEngine{}, 120, 60)
	is := func(want sandbox.Spec) {
		t.Helper()
		d.Wait()
		got := m.free.setup.Spec
		got.Partial = false
		if !got.Equal(want) {
			t.Errorf("the setup is\n%+v, not\n%+v", got, want)
		}
		if !m.free.plan.fresh() || !m.free.plan.plan.Spec.Equal(m.free.setup.Spec) {
			t.Error("the plan is of another setup")
		}
	}
	want1 := sandbox.Spec{Root: sandbox.RootHost}
	is(want1)
	at(t, d, m, "mount")
	d.Press("space")
	want1.Layers = sandbox.Set(sandbox.Mount)
	is(want1)
	want(t, d, "[x] mount", "unshare(mount)", "‹ mount ›", "tentpole run --layer mount --root host -- sh")

	at(t, d, m, "memory")
	d.Press("right", "left")
	want1.Layers, want1.Limits.Memory = want1.Layers.With(sandbox.Memory), 128<<20
	is(want1)
	value(d, "e", "48M")
	want1.Limits.Memory = 48 << 20
	is(want1)
	want(t, d, "[x] memory        48M ")
	value(d, "e", "much")
	want(t, d, `memory limit "much": write a size as 64M`, "esc leave it")
	d.Press("esc")
	is(want1)
	d.Press("space")
	want1.Layers, want1.Limits.Memory = want1.Layers.Without(sandbox.Memory), 0
	is(want1)

	at(t, d, m, "root")
	for m.row().Value == "" { // the layer's row comes before the setting's
		d.Press("down")
	}
	d.Press("right")
	want1.Layers, want1.Root = want1.Layers.With(sandbox.Root), sandbox.RootOverlay
	is(want1)
	at(t, d, m, "network")
	d.Press("right", "right")
	want1.Layers, want1.Network = want1.Layers.With(sandbox.Net), "bridge"
	is(want1)
	at(t, d, m, "ports")
	value(d, "space", "8080:80 x")
	want(t, d, `published port "x"`)
	d.Press("backspace", "backspace", "enter")
	d.Wait()
	if p := m.free.setup.Spec.Publish; len(p) != 1 || p[0].Host != 8080 {
		t.Errorf("ports %v", p)
	}
	at(t, d, m, "hostname")
	value(d, "space", "not a name")
	want(t, d, "without spaces")
	d.Press("esc")
	at(t, d, m, "network")
	d.Press("right") // the host's
	want1.Layers, want1.Network = want1.Layers.Without(sandbox.Net), ""
	is(want1)
}

// TestLadder steps through the ladder, to its end and round.
func TestLadder(t *testing.T) {
	d, m := freely(t, &fakeEngine{}, 120, 40)
	seen := 0
	for range len(stages()) {
		d.Press("right")
		if n := m.free.setup.Spec.Layers.Len(); n != 0 && n != seen+1 {
			t.Errorf("from %d layers to %d", seen, n)
		}
		seen = m.free.setup.Spec.Layers.Len()
	}
	d.Wait()
	want(t, d, "‹ process ›", "0 of 18 raised")
	d.Press("left")
	d.Wait()
	want(t, d, "‹ container ›", "18 of 18 raised")
	d.Press("down", "right")
	d.Wait()
	want(t, d, "‹ docker ›")
}

// TestStalePlan: of changes in quick succession only the last is shown, and
// nothing in between.
func TestStalePlan(t *testing.T) {
	d, m := freely(t, &fakeEngine{}, 120, 60)
	d.Wait()
	at(t, d, m, "mount")
	d.Press("space", "down", "space", "down", "space")
	if m.free.plan.fresh() {
		t.Error("a plan of before counts as fresh")
	}
	want(t, d, "Working it out")
	d.Wait()
	want(t, d, "unshare(mount)", "unshare(root)", "unshare(uts)")
}

// TestRefusedSetup: what cannot be had is said, and may be tried again.
func TestRefusedSetup(t *testing.T) {
	e := &fakeEngine{refuses: notHere}
	d, m := freely(t, e, 120, 40)
	want(t, d, "Not like this:", "take a Linux")
	d.Press("enter")
	d.Wait()
	want(t, d, "That did not work:")
	if len(m.free.boxes) != 0 {
		t.Error("something runs")
	}
	e.refuses = nil
	d.Press("right", "enter")
	d.Wait()
	d.Until("tent#")
}

// TestCommand: what is asked for as the command is typed in the shell, once.
func TestCommand(t *testing.T) {
	d, m := freely(t, &fakeEngine{}, 120, 40)
	at(t, d, m, "command")
	value(d, "space", "mount y")
	d.Press("enter")
	d.Wait()
	d.Until("tent# mount y")
	d.UntilScreen("has the next prompt", func(s string) bool { return strings.Count(s, "tent#") == 2 })
}

// TestKeepSetup saves a setup, loads it again, and says what is wrong with a
// file.
func TestKeepSetup(t *testing.T) {
	d, m := freely(t, &fakeEngine{}, 120, 40)
	at(t, d, m, "uts")
	d.Press("space", "w")
	d.Type("my host")
	d.Press("enter")
	d.Wait()
	want(t, d, `the name "my host"`)
	d.Press("ctrl+u")
	d.Type("mine")
	d.Press("enter")
	d.Wait()
	want(t, d, "Saved as mine.", "‹ mine ›")
	if m.row().Label != "uts" {
		t.Errorf("the cursor is at %q", m.row().Label)
	}
	saved := m.free.setup
	d.Press("space")
	at(t, d, m, "saved")
	d.Press("right")
	d.Wait()
	if !m.free.setup.Equal(saved) {
		t.Errorf("loaded %+v, not %+v", m.free.setup, saved)
	}
	if err := os.WriteFile(filepath.Join(m.opt.Setups.Dir, "mine.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.Press("right")
	d.Wait()
	want(t, d, "That did not work: load", "mine.json: it is no")
}

// TestCopy shows the setup as other tools are told, and copies one.
func TestCopy(t *testing.T) {
	d, m := freely(t, &fakeEngine{}, 120, 40)
	d.Press("right", "c")
	d.Wait()
	want(t, d, "tentpole run --layer mount --root host -- sh", "unshare --with mount sh", "docker --with mount", "always has a root directory", "otherwise: the clock is the host's")
	_, cmd := m.Update(tuitest.Key("2"))
	if cmd == nil || !strings.Contains(fmt.Sprint(cmd()), "unshare --with mount sh") {
		t.Error("2 does not copy the script")
	}
	want(t, d, "Copied, if the terminal allows it: unshare.")
	if _, cmd = m.Update(tuitest.Key("4")); cmd != nil {
		t.Error("4 copies what there is not")
	}
}
