package tui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/claims"
	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// atSheet opens a line of the home screen by its name.
func atSheet(t *testing.T, d *tuitest.Driver, m *Model, label string) {
	t.Helper()
	i := slices.IndexFunc(m.entries(), func(e entry) bool { return e.label == label })
	if i < 0 {
		t.Fatalf("home has no %s", label)
	}
	for range m.entries() {
		d.Press("up")
	}
	for range i {
		d.Press("down")
	}
	d.Press("enter")
}

// sheetScreens are the screens of the sheets, each from home on.
var sheetScreens = []struct {
	name, entry string
	do          func(*tuitest.Driver)
}{
	{"experiments", "experiments", func(*tuitest.Driver) {}},
	{"experiment-found", "experiments", func(d *tuitest.Driver) { d.Press("enter"); d.Wait() }},
	{"experiment-stage", "experiments", func(d *tuitest.Driver) { d.Press("down", "left", "left", "r"); d.Wait() }},
	{"matrix", "experiments", func(d *tuitest.Driver) { d.Press("m") }},
	{"matrix-found", "experiments", func(d *tuitest.Driver) { d.Press("m", "r"); d.Wait(); d.Press("right", "right", "down") }},
	{"matrix-far", "experiments", func(d *tuitest.Driver) {
		d.Press("m", "R", "y")
		d.Wait()
		for range 19 {
			d.Press("right", "down")
		}
		d.Press("left")
	}},
	{"matrix-cell", "experiments", func(d *tuitest.Driver) { d.Press("m", "x"); d.Wait(); d.Press("enter") }},
	{"claims", "claims", func(*tuitest.Driver) {}},
	{"claims-judged", "claims", func(d *tuitest.Driver) { d.Press("down", "1") }},
	{"claims-tried", "claims", func(d *tuitest.Driver) { d.Press("n", "1", "r"); d.Wait() }},
	{"doctor", "doctor", func(*tuitest.Driver) {}},
	{"doctor-remedy", "doctor", func(d *tuitest.Driver) { d.Press("down", "down", "y") }},
	{"doctor-more", "doctor", func(d *tuitest.Driver) { d.Press("down", "down", "enter") }},
}

func TestSheetScreens(t *testing.T) {
	for _, size := range sizes {
		for _, screen := range sheetScreens {
			name := fmt.Sprintf("%s-%dx%d", screen.name, size.width, size.height)
			t.Run(name, func(t *testing.T) {
				d, m := begin(t, options(t, &fakeEngine{}), size.width, size.height)
				atSheet(t, d, m, screen.entry)
				d.Wait()
				screen.do(d)
				fits(t, d, size.width, size.height)
				tuitest.Golden(t, name, d.Screen())
			})
		}
	}
}

// TestStyledSheets keeps one screen of each sheet with its styles.
func TestStyledSheets(t *testing.T) {
	for _, theme := range styledThemes {
		for _, screen := range sheetScreens {
			if !slices.Contains([]string{"experiment-found", "matrix-found", "claims-tried", "doctor-remedy"}, screen.name) {
				continue
			}
			name := fmt.Sprintf("%s-%s-120x40", screen.name, theme)
			t.Run(name, func(t *testing.T) {
				o := options(t, &fakeEngine{})
				o.Theme = theme
				d, m := begin(t, o, 120, 40)
				atSheet(t, d, m, screen.entry)
				d.Wait()
				screen.do(d)
				tuitest.Golden(t, name, d.Styled())
			})
		}
	}
}

// TestSheetsInASCII: the shapes need no font.
func TestSheetsInASCII(t *testing.T) {
	for _, screen := range sheetScreens {
		o := options(t, &fakeEngine{})
		o.ASCII = true
		d, m := begin(t, o, 120, 40)
		atSheet(t, d, m, screen.entry)
		d.Wait()
		screen.do(d)
		if s := d.Screen(); strings.ContainsFunc(s, func(r rune) bool { return r > 0x7e }) || strings.Contains(s, "??") {
			t.Errorf("%s is not ASCII:\n%s", screen.name, s)
		}
	}
}

// held begins with a lab that waits, and a clock that a test moves.
func held(t *testing.T, l *fakeLab, width, height int) (*tuitest.Driver, *Model, *clock) {
	t.Helper()
	l.hold = make(chan struct{})
	o := options(t, &fakeEngine{})
	c := &clock{noon}
	o.Now, o.Lab = c.Now, l.lab(t)
	d, m := begin(t, o, width, height)
	return d, m, c
}

// TestExperimentCancelled: what takes long says how far it is; what is cancelled
// leaves nothing, and may be run again.
func TestExperimentCancelled(t *testing.T) {
	var l fakeLab
	d, m, c := held(t, &l, 200, 60)
	atSheet(t, d, m, "experiments")
	d.Press("enter")
	wantNot(t, d, "esc cancels")
	c.now = c.now.Add(time.Second)
	d.Until("searching the host · 212,000 entries · esc cancels")
	want(t, d, "~ file", "running")
	d.Press("esc")
	d.Wait()
	want(t, d, "Cancelled. Nothing was kept of it.")
	wantNot(t, d, "at the stage container, root")
	close(l.hold)
	d.Press("r")
	d.Wait()
	want(t, d, "> one-way", "the host finds the very same file", "entries searched  438013")
}

// TestExperimentFails says so, where the outcome would be.
func TestExperimentFails(t *testing.T) {
	o := options(t, &fakeEngine{})
	o.Lab = (&fakeLab{fails: notHere}).lab(t)
	d, m := begin(t, o, 200, 60)
	atSheet(t, d, m, "experiments")
	d.Press("enter")
	d.Wait()
	want(t, d, "! it failed", "take a Linux", "! file", "failed")
}

// TestStages: the stage is chosen, shown, and what was found belongs to it.
func TestStages(t *testing.T) {
	d, m := begin(t, options(t, &fakeEngine{}), 200, 60)
	atSheet(t, d, m, "experiments")
	d.Press("right")
	want(t, d, "‹ container ›", "--stage container")
	d.Press("enter")
	d.Wait()
	want(t, d, "> file")
	for range 30 {
		d.Press("left")
	}
	want(t, d, "‹ process ›", "--stage process")
	wantNot(t, d, "> file")
	d.Press("r")
	d.Wait()
	want(t, d, "o file", "o open")
}

// TestMatrixFills cell by cell, and keeps what is there when it is cancelled.
func TestMatrixFills(t *testing.T) {
	l := fakeLab{cells: 26}
	d, m, c := held(t, &l, 80, 24)
	atSheet(t, d, m, "experiments")
	d.Press("m", "r")
	c.now = c.now.Add(3 * time.Second)
	d.Until("26 of 60 · 3s · esc cancels · hostname at net")
	want(t, d, "time left: not known · 26 of 80 cells measured", "~", "[o]")
	tuitest.Golden(t, "matrix-running-80x24", d.Screen())
	d.Resize(200, 60)
	d.Until("26 of 60")
	want(t, d, "container")
	tuitest.Golden(t, "matrix-running-200x60", d.Screen())
	d.Press("esc")
	d.Wait()
	want(t, d, "Cancelled. What was measured stays.", "26 of 80 cells measured")
	wantNot(t, d, "esc cancels")
	close(l.hold)
	d.Press("x")
	d.Wait()
	want(t, d, "Done in 25.4 s.", "26 of 80 cells measured")
	d.Press("q", "q")
	atSheet(t, d, m, "experiments")
	d.Press("m")
	want(t, d, "26 of 80 cells measured")
}

// TestMatrixLeft: leaving asks while something is under way, cancels it, and
// keeps what was measured.
func TestMatrixLeft(t *testing.T) {
	l := fakeLab{cells: 26}
	d, m, c := held(t, &l, 120, 40)
	atSheet(t, d, m, "experiments")
	d.Press("m", "R")
	want(t, d, "Run everything? Its times add up to")
	d.Press("n")
	if m.work != nil {
		t.Fatal("it runs although the answer was no")
	}
	d.Press("R", "y")
	c.now = c.now.Add(time.Second)
	d.Until("26 of 80 · esc")
	d.Press("q")
	want(t, d, "Cancel what is under way?")
	d.Press("y")
	d.Wait()
	want(t, d, "experiments", "‹ container ›")
	d.Press("m")
	want(t, d, "26 of 80 cells measured")
	if n := len(m.sheets.matrix.running); n > 0 {
		t.Errorf("%d cells are said to run", n)
	}
}

// TestMatrixKept: a report says where it is, or why it is not.
func TestMatrixKept(t *testing.T) {
	o := options(t, &fakeEngine{})
	d, m := begin(t, o, 120, 40)
	atSheet(t, d, m, "experiments")
	d.Press("m", "w")
	d.Wait()
	wantNot(t, d, "Written")
	d.Press("r")
	d.Wait()
	d.Press("w")
	d.Wait()
	want(t, d, "Written: /home/you/tentpole-matrix.html")
	m.opt.Lab.Keep = (&fakeLab{fails: errors.New("disk \x1b[31mfull")}).lab(t).Keep
	d.Press("w")
	d.Wait()
	want(t, d, `the report was not written: disk \x1b[31mfull`)
}

// TestClaims: there is no evidence before the learner has judged; then the two
// are compared, and nobody is told to be wrong.
func TestClaims(t *testing.T) {
	d, m := begin(t, options(t, &fakeEngine{}), 120, 40)
	atSheet(t, d, m, "claims")
	d.Wait()
	want(t, d, "What do you think?", "1, 2, 3, or s to skip", "1 of 3")
	d.Press("r", "enter")
	if m.work != nil {
		t.Fatal("it is on trial before the learner has judged")
	}
	d.Press("2")
	want(t, d, "* 2  holds in part", "you: holds in part")
	d.Press("r")
	d.Wait()
	want(t, d, "On this machine: holds in part.", "You said the same.", "you agreed with the machine on 1 of 1")
	d.Press("3")
	want(t, d, "1 of 1")
	d.Press("n", "1", "r")
	d.Wait()
	want(t, d, "You said: holds.", "you agreed with the machine on 1 of 2", "entries searched  438013")
	d.Press("n", "s", "r")
	d.Wait()
	want(t, d, "cannot be tested", "You have skipped this one.", "For you to judge: Does that matter", "on 1 of 2")
	wantNot(t, d, "rong")
}

// TestJudgementsKept: what was said before there was evidence is there the next
// time, and is not asked for again.
func TestJudgementsKept(t *testing.T) {
	store := &lessons.Store{Dir: t.TempDir()}
	o := options(t, &fakeEngine{})
	c := &clock{noon}
	o.Store, o.Now = store, c.Now
	d, m := begin(t, o, 120, 40)
	atSheet(t, d, m, "claims")
	d.Wait()
	d.Press("1")
	c.now = c.now.Add(time.Millisecond)
	d.Press("3", "n", "s") // both are being written now
	d.Wait()
	p, err := store.Read()
	if err != nil || len(p.Claims) != 1 || p.Claims["C1"].Said != "does-not-hold" {
		t.Fatalf("kept %+v, %v", p, err)
	}
	d, m = begin(t, o, 120, 40)
	atSheet(t, d, m, "claims")
	d.Wait()
	want(t, d, "you: does not hold")
	wantNot(t, d, "skipped")
	if !p.Reset("", "") || len(p.Claims) != 0 {
		t.Errorf("not forgotten: %+v", p)
	}
}

// TestClaimCancelled leaves the judgement and no verdict.
func TestClaimCancelled(t *testing.T) {
	var l fakeLab
	d, m, c := held(t, &l, 80, 24)
	atSheet(t, d, m, "claims")
	d.Wait()
	d.Press("1", "r")
	c.now = c.now.Add(time.Second)
	d.Until("0 of 2 · esc cancels · file@container")
	d.Press("esc")
	d.Wait()
	want(t, d, "Cancelled", "* 1  holds")
	wantNot(t, d, "On this machine")
}

// TestClaimsUnread says why, and is read again the next time.
func TestClaimsUnread(t *testing.T) {
	o := options(t, &fakeEngine{})
	good := o.Lab.Claims
	o.Lab.Claims = (&fakeLab{fails: errors.New("line 3: no such verdict")}).lab(t).Claims
	d, m := begin(t, o, 80, 24)
	atSheet(t, d, m, "claims")
	d.Wait()
	want(t, d, "could not be read: line 3")
	m.opt.Lab.Claims = good
	d.Press("q")
	atSheet(t, d, m, "claims")
	d.Wait()
	want(t, d, "C3")
}

// TestLeftBeforeRead: what comes when a sheet is not shown any more is dropped,
// and asked for again.
func TestLeftBeforeRead(t *testing.T) {
	o := options(t, &fakeEngine{})
	good := o.Lab.Claims
	o.Lab.Claims = func() (claims.Set, error) { return claims.Set{}, errors.New("late") }
	d, m := begin(t, o, 80, 24)
	atSheet(t, d, m, "claims")
	first := m.sheets.claims
	d.Press("q")
	d.Wait()
	if first.err != nil {
		t.Error("a sheet that was left is changed")
	}
	m.opt.Lab.Claims = good
	atSheet(t, d, m, "claims")
	d.Wait()
	want(t, d, "C3")
}

// TestRemedyCopied: what is for a shell goes to the clipboard, as it is typed.
func TestRemedyCopied(t *testing.T) {
	d, m := begin(t, options(t, &fakeEngine{}), 120, 40)
	atSheet(t, d, m, "doctor")
	d.Wait()
	wantNot(t, d, "copy what to do")
	d.Press("down", "down")
	want(t, d, "no      memory", "permission denied", "sudo systemctl daemon-reload", "y copy what to do")
	a, _ := m.sheets.doctor.at()
	got := fmt.Sprint(m.sheets.doctor.copy(m)())
	if want := fmt.Sprint(tea.SetClipboard("sudo mkdir -p /etc/systemd/system/user@.service.d\nsudo systemctl daemon-reload\n")()); got != want {
		t.Errorf("copied %q of %q", got, a.Remedy)
	}
	if got := commands("add to /etc/wsl.conf\n  [boot]\n  systemd=true\nthen\n  wsl --shutdown"); got != "[boot]\nsystemd=true\n" {
		t.Errorf("copied %q", got)
	}
	if got := commands("sudo modprobe \x1b]52;c;eA==\aoverlay"); got != `sudo modprobe \x1b]52;c;eA==\x07overlay` {
		t.Errorf("copied %q", got)
	}
	want(t, d, "Copied")
}

// TestDoctorAgain: the machine is tried anew, and a failure is said.
func TestDoctorAgain(t *testing.T) {
	d, m := begin(t, options(t, &fakeEngine{}), 120, 40)
	atSheet(t, d, m, "doctor")
	d.Wait()
	want(t, d, "2 of 3 layers can be raised here", "unknown bridge")
	m.opt.Lab.Check = (&fakeLab{fails: &features.NotSupportedError{Feature: "Linux", Remedy: "take one"}}).lab(t).Check
	d.Press("r")
	d.Wait()
	want(t, d, "That did not work", "take one")
}

// TestFoundElsewhere: going somewhere else by the finder ends what is under way.
func TestFoundElsewhere(t *testing.T) {
	var l fakeLab
	d, m, c := held(t, &l, 120, 40)
	atSheet(t, d, m, "experiments")
	d.Press("enter")
	c.now = c.now.Add(time.Second)
	d.Until("212,000 entries")
	d.Press("/")
	d.Type("raise any layers")
	d.Press("enter")
	d.Wait()
	if m.screen != onSandbox || m.work != nil {
		t.Errorf("screen %d, work %v", m.screen, m.work)
	}
}

// TestCloseEndsWork: closing the model waits until what is under way is gone.
func TestCloseEndsWork(t *testing.T) {
	var l fakeLab
	d, m, c := held(t, &l, 80, 24)
	atSheet(t, d, m, "experiments")
	d.Press("enter")
	c.now = c.now.Add(time.Second)
	d.Until("212,000 entries")
	w := m.work
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-w.gone:
	default:
		t.Error("it is still under way")
	}
}

// TestHostileFindings: nothing that a sandbox says acts on the screen.
func TestHostileFindings(t *testing.T) {
	for _, screen := range sheetScreens {
		d, m := begin(t, options(t, &fakeEngine{say: "\x1b]52;c;eA==\a\u202e\u009b31m"}), 120, 40)
		atSheet(t, d, m, screen.entry)
		d.Wait()
		screen.do(d)
		for _, bad := range []string{"\x1b]", "\a", "\u202e", "\u009b"} {
			if strings.Contains(d.Raw(), bad) {
				t.Errorf("%s: %q is on the screen", screen.name, bad)
			}
		}
	}
}
