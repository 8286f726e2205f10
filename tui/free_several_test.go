package tui

import (
	"fmt"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// TestStrip: whatever runs, the way to one more stays on the small screen; of each
// sandbox it says what there is room for.
func TestStrip(t *testing.T) {
	d, _ := freely(t, &fakeEngine{}, 80, 24)
	for i, letter := range letters {
		d.Press("enter")
		d.Wait()
		d.Until("tent#")
		d.Press("f2")
		want(t, d, fmt.Sprintf("[%c]", letter), "+ new")
		switch i {
		case 0:
		case 1:
			want(t, d, " A  running")
		default:
			want(t, d, " A ")
		}
		d.Press("]")
		want(t, d, "[+ new]")
	}
}

// TestListGoesOn: lists that have no room say so.
func TestListGoesOn(t *testing.T) {
	d, m := freely(t, &fakeEngine{}, 80, 24)
	want(t, d, "more below: down")
	at(t, d, m, "memory")
	want(t, d, "more above and below: up, down")
	at(t, d, m, "join")
	want(t, d, "more above: up")
	at(t, d, m, "missing pole")
	d.Press("space")
	d.Wait()
	d.Until("tent#")
	d.Press("f2")
	want(t, d, "name the one", "more below: down")
	d.Press("S", "y", "q", "x")
	d.Wait()
	want(t, d, "Where does the host find", "more below: down")
	d.Resize(80, 60)
	wantNot(t, d, "more below")
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
