package tui

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/features"
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

// TestSeveral starts two sandboxes, looks from one to the other, compares,
// freezes and ends them.
func TestSeveral(t *testing.T) {
	e := &fakeEngine{}
	d, m := freely(t, e, 120, 40)
	d.Press("right", "enter") // mount
	d.Wait()
	d.Until("tent#")
	want(t, d, "[A] running, 1 layer", "4026532290", "keys go to: INSIDE")
	d.Type("mount x")
	d.Press("enter")
	d.Until("30") // the board follows what is done inside
	d.Press("f2")
	at(t, d, m, "mount")
	d.Press("space")
	want(t, d, " A  running, 1 layer", "[+ new]")
	wantNot(t, d, "INSIDE")
	at(t, d, m, "pids")
	d.Press("right", "enter")
	d.Wait()
	d.Until("tent#")
	want(t, d, "[B] running, 1 layer", "7 of 32")
	if e.count() != 2 {
		t.Fatalf("%d sandboxes run", e.count())
	}
	d.Press("f2", "=")
	d.Wait()
	want(t, d, "host        A           B", "B as the host")
	d.Press("q", "f")
	d.Wait()
	want(t, d, "B is frozen", "[B] frozen")
	d.Press("[")
	want(t, d, "[A] running", " B  frozen")
	d.Press("]")
	want(t, d, "f thaw")
	d.Press("f")
	d.Wait()
	want(t, d, "[B] running")
	d.Press("K")
	want(t, d, "End B and everything in it?")
	d.Press("y")
	d.Wait()
	if e.count() != 1 {
		t.Errorf("%d sandboxes run after one was ended", e.count())
	}
	want(t, d, "[A] running", "B and everything in it has ended")
	d.Press("q")
	want(t, d, "End the sandbox and go home?")
	d.Press("y")
	d.Wait()
	if e.count() != 0 || m.screen != onHome {
		t.Error("leaving did not end the sandbox")
	}
}

// TestTheyAreFew: there are as many sandboxes as letters.
func TestTheyAreFew(t *testing.T) {
	e := &fakeEngine{}
	d, _ := freely(t, e, 200, 60)
	for range len(letters) + 1 {
		d.Press("f2", "enter")
		d.Wait()
	}
	if e.count() != len(letters) {
		t.Errorf("%d sandboxes", e.count())
	}
	d.Press("f2", "enter")
	want(t, d, "8 sandboxes run already")
}

// TestEndsByItself: a sandbox that goes away is taken off the screen.
func TestEndsByItself(t *testing.T) {
	d, m := freely(t, &fakeEngine{}, 120, 40)
	d.Press("enter")
	d.Wait()
	d.Until("tent#")
	m.free.box().live.Close()
	d.Until("A has ended.")
	if len(m.free.boxes) != 0 || m.focus != paneMain {
		t.Errorf("%d sandboxes, focus %v", len(m.free.boxes), m.focus)
	}
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

// TestJoin: the next sandbox takes namespaces of one that runs, and does
// without when that ends.
func TestJoin(t *testing.T) {
	d, m := freely(t, &fakeEngine{}, 120, 60)
	at(t, d, m, "join")
	d.Press("right")
	want(t, d, "No sandbox runs")
	at(t, d, m, "like")
	d.Press("right", "right", "enter") // a pod
	d.Wait()
	d.Until("tent#")
	d.Press("f2")
	at(t, d, m, "join")
	d.Press("right")
	d.Wait()
	want(t, d, "A: uts,ipc,net", "joined")
	if j := m.free.setup.Spec.Join; len(j) != 1 || j[0].Name != "tent-1" || m.free.setup.Spec.Network != "" {
		t.Errorf("joined %+v", m.free.setup.Spec)
	}
	d.Press("[", "K", "y")
	d.Wait()
	if m.free.setup.Spec.Join != nil {
		t.Error("it joins one that has ended")
	}
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

// TestTrials runs an experiment on one sandbox and on all.
func TestTrials(t *testing.T) {
	d, m := freely(t, &fakeEngine{}, 120, 40)
	for range 2 {
		d.Press("f2", "enter")
		d.Wait()
	}
	d.Press("f2", "x", "enter")
	d.Wait()
	want(t, d, "B: the host finds the very same file")
	wantNot(t, d, "A: the host")
	d.Press("down", "a")
	d.Wait()
	want(t, d, "A: the host finds", "B: the host finds")
	d.Press("q")
	if m.free.side != nil {
		t.Error("q did not go back to the table")
	}
}

// TestRiddle: one pole is missing and nothing on the screen tells which; it is
// named in the end, or given up.
func TestRiddle(t *testing.T) {
	for _, way := range []string{"named", "given up"} {
		t.Run(way, func(t *testing.T) {
			d, m := freely(t, &fakeEngine{}, 120, 40)
			at(t, d, m, "missing pole")
			d.Press("space")
			d.Wait()
			d.Until("tent#")
			d.Press("f2")
			r := m.free.side.(*riddle)
			if !r.box.hidden || r.box.tent.layers() != preset.Container().Spec.Layers.Without(r.missing) {
				t.Fatalf("%s is missing of %s", r.missing, r.box.tent.layers())
			}
			want(t, d, "[?] mount", "? layers")
			wantNot(t, d, "raised")
			wantNot(t, d, "mount ns")
			wantNot(t, d, "4026532290")
			for _, key := range []string{"p", "c", "x", "w", "="} {
				if d.Press(key); m.page != nil || m.free.side != side(r) {
					t.Fatalf("%s tells", key)
				}
			}
			wrong := 0
			if switches()[wrong].Name == r.missing {
				wrong++
			}
			r.cursor = wrong
			d.Press("enter", "enter")
			want(t, d, string(switches()[wrong].Name)+" is there. 1 guess so far.", "[x] "+string(switches()[wrong].Name))
			if way == "named" {
				for switches()[r.cursor].Name != r.missing {
					d.Press("down")
				}
				d.Press("enter")
				want(t, d, "It is "+string(r.missing)+". You named it with 2 guesses.")
			} else {
				d.Press("S", "y")
				want(t, d, "It was "+string(r.missing)+": you gave it up after 1 guess.")
			}
			want(t, d, "inside, this shows it", "17 layers")
			d.Press("enter")
			want(t, d, "begin with")
		})
	}
}

// TestSigns: each layer has a sign by which it can be told.
func TestSigns(t *testing.T) {
	for _, info := range sandbox.Layers() {
		if s := signs[info.Name]; s.command == "" || !strings.HasSuffix(s.tells, ".") {
			t.Errorf("%s has the sign %+v", info.Name, s)
		}
	}
}

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

// TestLateFreely: what comes for a sandbox screen that was left, or for a
// sandbox that has ended, changes nothing.
func TestLateFreely(t *testing.T) {
	e := &fakeEngine{}
	d, m := freely(t, e, 120, 40)
	d.Press("enter")
	d.Wait()
	d.Until("tent#")
	left, b := m.free, m.free.box()
	of := about(b.tent.id)
	d.Press("f2", "q", "y")
	d.Wait()
	before := d.Screen()
	to := toFree{left}
	late := []tea.Msg{
		freePlanMsg{toFree: to}, abilitiesMsg{toFree: to}, setupsMsg{toFree: to}, setupKeptMsg{toFree: to}, loadedMsg{toFree: to}, fieldMsg{toFree: to},
		riddleMsg{toFree: to}, struckMsg{toFree: to, box: b}, goneMsg{of, b}, frozenMsg{of, b, true, nil}, triedMsg{about: of, box: b},
		sampleMsg{about: of, box: b}, againMsg{of, b},
	}
	for range 2 {
		for _, msg := range late {
			d.Send(msg)
		}
		if d.Screen() != before {
			t.Errorf("the screen changed:\n%s", d.Screen())
		}
		d.Send(tea.BatchMsg{m.openSandbox()}) // another, that they are not for either
		d.Wait()
		before = d.Screen()
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
