package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// atRun takes a driver to the step with the experiment.
func atRun(d *tuitest.Driver) {
	d.Press("enter")
	d.Wait()
	d.Press("enter")
	d.Wait()
}

// atTask takes a driver to the task, with its shell open.
func atTask(d *tuitest.Driver) {
	atRun(d)
	d.Press("n")
	d.Wait()
	d.Press("enter")
	d.Wait()
	d.Until("tent#")
}

func want(t *testing.T, d *tuitest.Driver, texts ...string) {
	t.Helper()
	screen := d.Screen()
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			t.Errorf("the screen does not say %q:\n%s", text, screen)
		}
	}
}

func wantNot(t *testing.T, d *tuitest.Driver, text string) {
	t.Helper()
	if strings.Contains(d.Screen(), text) {
		t.Errorf("the screen says %q:\n%s", text, d.Screen())
	}
}

// TestLongRun: what takes long says so and can be cancelled; what is cancelled
// leaves nothing, and may be tried again.
func TestLongRun(t *testing.T) {
	e := &fakeEngine{hold: make(chan struct{})}
	o := options(t, e)
	c := &clock{noon}
	o.Now = c.Now
	d, _ := begin(t, o, 120, 40)
	atRun(d)
	want(t, d, "enter predict and run")
	d.Press("enter")
	wantNot(t, d, "esc cancels")
	wantNot(t, d, "enter ") // does nothing as long as it runs
	c.now = c.now.Add(time.Second)
	d.Until("searching the host · 212,000 entries · esc cancels")
	d.Press("esc")
	d.Wait()
	want(t, d, "Cancelled")
	wantNot(t, d, "Outcome")
	close(e.hold)
	d.Press("enter")
	d.Wait()
	want(t, d, "Outcome: open", "so it was measured")
}

// TestNotHere: a machine that cannot says why, and the lesson goes on.
func TestNotHere(t *testing.T) {
	d, m := begin(t, options(t, &fakeEngine{refuses: notHere}), 120, 40)
	atRun(d)
	d.Press("enter")
	d.Wait()
	want(t, d, "This machine cannot do that", "take a Linux")
	if got := m.lesson.session.Walk.State(); got.Outcome != lessons.NotAvailable || got.Done {
		t.Errorf("state %+v", got)
	}
	d.Press("n")
	d.Wait()
	want(t, d, "Your turn")
}

// TestTask: parts are ticked from facts while the learner works, and once all
// are done the step is.
func TestTask(t *testing.T) {
	d, m := begin(t, options(t, &fakeEngine{}), 120, 40)
	atTask(d)
	d.Type("mount")
	d.Press("enter")
	d.Until("[x] /tmp inside is a tmpfs")
	want(t, d, "[ ] the file exists inside", "Not yet: the file exists inside")
	d.Type("touch it")
	d.Press("enter")
	d.Until("All parts are done.")
	if !m.lesson.session.Walk.State().Done {
		t.Error("the task is not done")
	}
	want(t, d, "The host has no file of that name.")
	d.Press("f2")
	want(t, d, "enter next") // as at the end of every other step
	wantNot(t, d, "go inside")
	step := m.lesson.session.Walk.Step()
	d.Press("enter")
	d.Wait()
	if m.lesson.session.Walk.Step() == step {
		t.Error("enter does not go on")
	}
}

// TestAsks: what gives away or ends asks first, and only y is yes.
func TestAsks(t *testing.T) {
	e := &fakeEngine{}
	d, _ := begin(t, options(t, e), 120, 40)
	atTask(d)
	d.Press("f2", "S")
	want(t, d, "Show the solution?")
	d.Press("x")
	wantNot(t, d, "touch /tmp")
	d.Press("S", "y")
	d.Wait()
	want(t, d, "touch /tmp")
	d.Press("K")
	want(t, d, "End the sandbox")
	d.Press("n")
	d.Wait()
	if e.count() != 1 {
		t.Error("the sandbox ended without a yes")
	}
	d.Press("K", "y")
	d.Wait()
	if e.count() != 0 {
		t.Error("the sandbox did not end")
	}
	wantNot(t, d, "4026532290")
}

// TestProgress: what was done is kept, and taken up again.
func TestProgress(t *testing.T) {
	o := options(t, &fakeEngine{})
	o.Store = &lessons.Store{Dir: t.TempDir()}
	d, m := begin(t, o, 120, 40)
	atRun(d)
	d.Press("3", "enter")
	d.Wait()
	d.Press("q")
	d.Wait()
	want(t, d, "2 of  5 steps", "continue")
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	o.Start = "mounts"
	d, _ = begin(t, o, 120, 40)
	want(t, d, "step 2 of 5", "* 3  only by going")
	p, err := o.Store.Read()
	if err != nil {
		t.Fatal(err)
	}
	got := p.Lessons["mounts"].Steps["own"].Prediction
	if got == nil || *got != (lessons.PredictionRecord{Said: "through", Happened: "path"}) {
		t.Errorf("prediction kept: %+v", got)
	}
}

// TestUnseenChoices: enter does not answer a question that is out of sight.
func TestUnseenChoices(t *testing.T) {
	d, m := begin(t, options(t, &fakeEngine{}), 40, 12)
	atRun(d)
	wantNot(t, d, "at the same path")
	d.Press("enter")
	d.Wait()
	if m.lesson.session.Walk.Phase() != lessons.Predicting {
		t.Fatal("answered")
	}
	want(t, d, "› 1  at the same path")
}

// TestPages: every page opens, scrolls at a small size and closes again.
func TestPages(t *testing.T) {
	d, _ := begin(t, options(t, &fakeEngine{}), 80, 24)
	d.Press("down", "down", "down", "enter")
	want(t, d, "‹ container ›")
	d.Press("?")
	want(t, d, "all experiments at all stages")
	d.Press("esc", "q", "?")
	want(t, d, "help")
	d.Press("esc", "up", "up", "up", "enter", "enter")
	d.Wait()
	d.Press("p")
	d.Wait()
	want(t, d, "its own table of mounts", "$ unshare --mount")
	d.Press("q")
	want(t, d, "predict and run")
}

// TestBindings: each key does at most one thing at a place, has words, and is
// no alt key, which terminals and tmux keep for themselves.
func TestBindings(t *testing.T) {
	taken := map[string]string{}
	for _, b := range bindings {
		if b.does == "" && b.says == nil || b.show == "" {
			t.Errorf("%v has no words", b.keys)
		}
		if b.do == nil && b.keys[0] != "1" {
			t.Errorf("%v does nothing", b.keys)
		}
		for _, k := range b.keys {
			if strings.HasPrefix(k, "alt+") {
				t.Errorf("%s is an alt key", k)
			}
			for _, s := range []scope{inHome, inLesson, inTable, inTrials, inRiddle, inSolved, inSheet, inPage} {
				at := k + string(rune('0'+s))
				if other := taken[at]; b.where&s != 0 && other != "" {
					t.Errorf("%s is both %q and %q", k, other, b.does)
				} else if b.where&s != 0 {
					taken[at] = b.show + " " + b.does
				}
			}
		}
	}
}

// TestLateMessages: what comes for a tent that is gone changes nothing.
func TestLateMessages(t *testing.T) {
	d, m := begin(t, options(t, &fakeEngine{}), 120, 40)
	before := d.Screen()
	for _, msg := range []tea.Msg{
		measuredMsg{about: 7, step: &lessons.Step{}}, shellMsg{about: 7}, killedMsg{about: 7}, watchMsg{about: 7},
		sightMsg{about: 7}, framesMsg{about: 7}, progressMsg{about: 7, now: play.Progress{}}, spinMsg{about: 7},
	} {
		d.Send(msg)
	}
	if d.Screen() != before || m.tent() != nil {
		t.Errorf("the screen changed:\n%s", d.Screen())
	}
	if !slices.Equal(m.panes(), []pane{paneMain}) {
		t.Error("there are panes for no tent")
	}
}

// TestLeaveWhileBusy: leaving does not wait for what is under way.
func TestLeaveWhileBusy(t *testing.T) {
	e := &fakeEngine{hold: make(chan struct{})}
	d, m := begin(t, options(t, e), 120, 40)
	atRun(d)
	d.Press("enter", "q")
	d.Wait()
	if e.count() != 0 || m.screen != onHome {
		t.Errorf("%d sandboxes are open", e.count())
	}
}

// TestOneWatch: only the newest watch of a sandbox goes on.
func TestOneWatch(t *testing.T) {
	d, m := begin(t, options(t, &fakeEngine{}), 120, 40)
	atTask(d)
	old := about(m.tent().id)
	n := m.tent().watches - 1
	for _, msg := range []tea.Msg{watchMsg{old, n}, sightMsg{about: old, watch: n, step: m.stepInTent()}} {
		if m.handle(msg) != nil {
			t.Errorf("%T of an older watch goes on", msg)
		}
	}
}
