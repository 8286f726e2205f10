package tui

import (
	"errors"
	"os"
	"testing"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// outlined are options with the outline of the course; the whole of it is read
// when read says what comes of it.
func outlined(t *testing.T) (o Options, read chan<- error) {
	t.Helper()
	o = options(t, &fakeEngine{})
	whole, reads := o.Course, make(chan error, 1)
	o.Whole = func() (*lessons.Course, error) { return whole, <-reads }
	var err error
	if o.Course, err = lessons.Outline(os.DirFS("testdata/course"), ""); err != nil {
		t.Fatal(err)
	}
	return o, reads
}

// TestOutline: home shows the lessons before their steps were read, opens none
// until then, and moves no line when they are there.
func TestOutline(t *testing.T) {
	o, read := outlined(t)
	m := New(t.Context(), o)
	d := tuitest.New(t, m, 120, 40)
	want(t, d, "where you left is being looked up", m.opt.Course.Lessons[0].Title, " min")
	lines, _ := m.homeLines(100)
	d.Press("enter", "down", "enter", "/")
	d.Type(m.opt.Course.Lessons[0].Title)
	d.Press("enter")
	if m.screen != onHome {
		t.Fatal("a lesson without steps was opened")
	}
	d.Press("/") // what the finder has listed by now is opened later
	read <- nil
	d.Wait()
	if now, _ := m.homeLines(100); len(now) != len(lines) {
		t.Errorf("%d lines, and %d once the course was read", len(lines), len(now))
	}
	d.Type(m.opt.Course.Lessons[0].Title)
	d.Press("enter")
	d.Wait()
	want(t, d, "step 1 of")
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}

// TestOutlineBroken: a course that cannot be read says so, and opens no lesson.
func TestOutlineBroken(t *testing.T) {
	o, read := outlined(t)
	read <- errors.New("a-lesson.md:3:1: broken")
	d, m := begin(t, o, 120, 40)
	want(t, d, "the course could not be read", "a-lesson.md:3:1: broken")
	d.Press("enter", "enter")
	if m.screen != onHome {
		t.Error("a lesson without steps was opened")
	}
}

// TestReady: it is told once that all is there, and not while the course is read.
func TestReady(t *testing.T) {
	o, read := outlined(t)
	told := make(chan struct{}, 2)
	o.Ready = func() { told <- struct{}{} }
	m := New(t.Context(), o)
	d := tuitest.New(t, m, 120, 40)
	want(t, d, "where you left is being looked up")
	d.Press("down", "up")
	if m.opt.Ready == nil {
		t.Error("it was told before the course was read")
	}
	read <- nil
	d.Wait()
	<-told
	d.Press("down", "up")
	d.Wait()
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	if len(told) > 0 {
		t.Error("it was told twice")
	}
}
