package tui

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// kindsHere are a kind that is here and one that is not.
var kindsHere = []subject.Kind{
	{Name: "docker", What: "a container of Docker's", Apart: "It stands on the host's kernel.", Needs: "a daemon."},
	{Name: "podman", What: "a container of Podman's", Apart: "It does, too.", Needs: "podman.", Probe: func(context.Context) error {
		return &features.NotSupportedError{Feature: "a container of Podman's", Cause: errors.New("no podman\x1b[2J"), Remedy: "apt-get install podman"}
	}},
}

// theHouse is a machine.
var theHouse = subject.Kind{Name: "vm", What: "a virtual machine"}

// fakeHouse is a machine without one.
type fakeHouse struct {
	*fakeSandbox
	host    string // its boot
	refuses error
	says    io.Reader
	console *io.PipeWriter
	hold    bool          // a tent in it is not raised before it is cancelled
	ended   chan struct{} // and then this is closed
}

func newFakeHouse(b *fakeSandbox) *fakeHouse {
	r, w := io.Pipe()
	go func() { <-b.done; w.Close() }()
	return &fakeHouse{fakeSandbox: b, host: "aaaa", says: r, console: w, ended: make(chan struct{})}
}

func (h *fakeHouse) Kernels() (host, own facts.Kernel, err error) {
	return facts.Kernel{Release: "6.18", Boot: h.host}, facts.Kernel{Release: "6.1-cloud\x1b[2J", Boot: "bbbb"}, nil
}

func (h *fakeHouse) Booted() time.Duration { return 2100 * time.Millisecond }
func (h *fakeHouse) Console() play.Shell   { return fakeConsole{h.says} }

func (h *fakeHouse) LastWords() string {
	select {
	case <-h.done:
		return "Kernel panic - not syncing: of its own\x1b[2J"
	default:
		return ""
	}
}

func (h *fakeHouse) Panic(context.Context) error {
	if h.refuses != nil {
		return h.refuses
	}
	io.WriteString(h.console, "Kernel panic \x1b]0;title\x07- not syncing\r\n")
	return h.Close()
}

func (h *fakeHouse) Tent(ctx context.Context) (facts.Board, error) {
	if h.hold {
		<-ctx.Done()
		close(h.ended)
		return facts.Board{}, ctx.Err()
	}
	return facts.Board{Rows: []facts.Row{{ID: "ns.uts", Label: "uts ns", Host: "7", Inside: "8", Word: facts.Own}}}, nil
}

type fakeConsole struct{ io.Reader }

func (fakeConsole) Write(b []byte) (int, error) { return len(b), nil }
func (fakeConsole) Resize(int, int) error       { return nil }
func (fakeConsole) Close() error                { return nil }

// inHouse raises one.
func inHouse(t *testing.T, width, height int) (*fakeEngine, *tuitest.Driver, *Model) {
	t.Helper()
	e := &fakeEngine{}
	o := options(t, e)
	o.StartSandbox, o.StartSubject, o.Subjects = true, "vm", []subject.Kind{theHouse}
	d, m := begin(t, o, width, height)
	d.Until("tent#")
	d.Press("f2")
	return e, d, m
}

// TestHouse: both kernels are on the screen. A panic is asked for, and then the
// house is down, with its last words, and the host's kernel is read again.
func TestHouse(t *testing.T) {
	for _, s := range sizes {
		e, d, m := inHouse(t, s.width, s.height)
		want(t, d, "A vm running, own kernel")
		d.Press("tab")
		want(t, d, "booted in 2.1 s", "host   Linux 6.18", "aaaa", `6.1-cloud\x1b[2J`, "bbbb")
		d.Press("shift+tab", "T")
		d.Wait()
		want(t, d, "a tent in the house", "init", "uts ns", "own")
		d.Press("q", "P")
		want(t, d, "this machine goes on")
		d.Press("n")
		d.Wait()
		if e.count() != 1 {
			t.Fatal("it has ended without a yes")
		}
		d.Press("P", "y")
		d.Wait()
		d.Until("Kernel panic - not syncing")
		d.Until("The house is down. The campground stands")
		want(t, d, "A vm down")
		d.Until(`not syncing: of its own\x1b[2J`) // below the console, where registers may have taken its place
		for m.focus != paneLive {
			d.Press("tab")
		}
		want(t, d, "The campground stands: read")
		for _, key := range []string{"P", "T", "x"} { // of one that is down nothing is wanted
			d.Press(key)
			d.Wait()
			wantNot(t, d, "this machine goes on")
		}
		d.Press("K", "y")
		d.Wait()
		if len(m.free.boxes) != 0 || e.count() != 0 {
			t.Errorf("%d on the screen, %d run", len(m.free.boxes), e.count())
		}
	}
}

// TestTentCancelled: the page says how long a tent in the house takes so far, and
// whoever leaves it ends that.
func TestTentCancelled(t *testing.T) {
	for _, key := range []string{"esc", "q"} {
		e := &fakeEngine{}
		o, c := options(t, e), &clock{noon}
		o.Now, o.StartSandbox, o.StartSubject, o.Subjects = c.Now, true, "vm", []subject.Kind{theHouse}
		d, m := begin(t, o, 80, 24)
		d.Until("tent#")
		d.Press("f2")
		h := m.free.box().house.House.(*fakeHouse)
		h.hold = true
		d.Press("T")
		c.now = c.now.Add(7 * time.Second)
		d.Until("raising a tent in A · 7s · esc cancels")
		want(t, d, "a tent in the house", "esc cancel")
		wantNot(t, d, "q back")
		d.Press(key)
		<-h.ended
		d.Wait()
		want(t, d, "Cancelled. The tent in A has ended.", "A vm running")
		if m.free.box().tent.busy != nil || e.count() != 1 {
			t.Errorf("%s: something is under way, or the machine has ended", key)
		}
	}
}

// TestHouseStands: an init that refuses is heard, and nothing is said to be down.
func TestHouseStands(t *testing.T) {
	e, d, m := inHouse(t, 120, 40)
	m.free.box().house.House.(*fakeHouse).refuses = errors.New("this kernel is the host's: nothing was done")
	d.Press("P", "y")
	d.Wait()
	want(t, d, "nothing was done", "A vm running")
	if e.count() != 1 {
		t.Errorf("%d run", e.count())
	}
}

// TestHouseAndHost: a host that is another afterwards is not said to stand.
func TestHouseAndHost(t *testing.T) {
	_, d, m := inHouse(t, 120, 40)
	m.free.box().house.House.(*fakeHouse).host = "cccc"
	d.Press("P", "y")
	d.Wait()
	d.Until("the host's boot is another")
}

// TestSubjects: the list says what is here, and what is missing for the rest;
// one that is raised is asked as a sandbox is, and ended as one.
func TestSubjects(t *testing.T) {
	for _, s := range sizes {
		e := &fakeEngine{}
		d, m := freely(t, e, s.width, s.height)
		d.Press("s")
		d.Wait()
		want(t, d, "subjects", "docker", "n/a podman", "docker: a container of Docker's.", "It stands on the host's kernel.", "It needs a daemon.", "enter raises it")
		wantNot(t, d, "what would be asked of the kernel") // that is about a sandbox
		d.Press("down")
		want(t, d, "podman: a container of Podman's.", "It needs podman.", "Not here", "apt-get install", `podman\x1b[2J`)
		d.Press("enter")
		d.Wait()
		want(t, d, "podman is not to be had here")
		if len(m.free.boxes) != 0 {
			t.Fatal("it was started")
		}
		if m.wide() { // what has the keys is there still when the list has gone
			d.Press("tab", "q")
			want(t, d, "[ ] mount", "enter start")
			d.Press("s")
			d.Wait()
			d.Press("down")
		}
		d.Press("up", "enter")
		d.Wait()
		d.Until("tent#")
		d.Press("f2")
		want(t, d, "A docker running")
		if e.count() != 1 {
			t.Errorf("%d run", e.count())
		}
		d.Press("x", "enter")
		d.Wait()
		want(t, d, "the very same file")
		d.Press("q")
		for _, key := range []string{"c", "w", "p", "f"} { // say nothing about what tentpole has not planned
			d.Press(key)
			d.Wait()
			want(t, d, "setup", "begin with", "A docker running")
		}
		d.Press("q", "y")
		d.Wait()
		if e.count() != 0 {
			t.Error("home, and it still runs")
		}
	}
}

// TestSubjectCancelled: what takes long is said, and can be cancelled.
func TestSubjectCancelled(t *testing.T) {
	e := &fakeEngine{hold: make(chan struct{})}
	o, c := options(t, e), &clock{noon}
	o.Now, o.StartSandbox = c.Now, true
	d, m := begin(t, o, 120, 40)
	d.Press("s", "enter")
	c.now = c.now.Add(5 * time.Second)
	d.Until("starting docker · 5s · esc cancels")
	want(t, d, "A docker starting", "It needs a daemon.")
	wantNot(t, d, "one kernel") // is the tent's
	d.Press("esc")
	d.Wait()
	want(t, d, "Cancelled. Nothing was kept of it.")
	if len(m.free.boxes) != 0 || e.count() != 0 {
		t.Errorf("%d on the screen, %d run", len(m.free.boxes), e.count())
	}
}

// TestSubjectFails: why is a page, for a machine's console may have said much.
func TestSubjectFails(t *testing.T) {
	kind := kindsHere[0]
	kind.Probe = func(context.Context) error { return errors.New("first\n  second \x1b[2J") }
	o := options(t, &fakeEngine{})
	o.StartSandbox, o.StartSubject, o.Subjects = true, kind.Name, []subject.Kind{kind}
	d, m := begin(t, o, 80, 24)
	want(t, d, "docker did not start", "first", `second \x1b[2J`)
	if strings.Contains(d.Screen(), `first\x0a`) || len(m.free.boxes) != 0 {
		t.Error(d.Screen())
	}
}
