package tui

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// fakeLine is a class that a test speaks for.
type fakeLine struct {
	slates chan channel.Slate
	words  chan channel.Word
}

func (f *fakeLine) Hear() (channel.Slate, error) {
	s, ok := <-f.slates
	if !ok {
		return s, io.EOF
	}
	return s, nil
}

func (f *fakeLine) Tell(w channel.Word) error {
	f.words <- w
	return nil
}

// heard waits until the screen has said a word that is as it should be.
func (f *fakeLine) heard(d *tuitest.Driver, ok func(channel.Word) bool) {
	d.UntilScreen("has told the class", func(string) bool {
		for {
			select {
			case w := <-f.words:
				if ok(w) {
					return true
				}
			default:
				return false
			}
		}
	})
}

func inClass(t *testing.T, width, height int) (*tuitest.Driver, *fakeLine, *Model) {
	t.Helper()
	f := &fakeLine{slates: make(chan channel.Slate, 8), words: make(chan channel.Word, 64)}
	t.Cleanup(func() { close(f.slates) })
	o := options(t, &fakeEngine{})
	o.Class = f
	d, m := begin(t, o, width, height)
	return d, f, m
}

// TestMessageKeepsThePlace: what the teacher says comes in place of the header,
// moves nothing, is read by one key, and the lesson is where it was.
func TestMessageKeepsThePlace(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size.width, size.height), func(t *testing.T) {
			d, f, _ := inClass(t, size.width, size.height)
			f.slates <- channel.Slate{Class: "blue"}
			atRun(d)
			f.heard(d, func(w channel.Word) bool { return w.At != nil && w.At.Lesson == "mounts" })
			before := strings.SplitN(d.Screen(), "\n", 2)
			f.slates <- channel.Slate{Class: "blue", Messages: []channel.Message{{Number: 4, Text: "a break \x1b[31m now"}}}
			d.Until("The teacher: a break")
			after := strings.SplitN(d.Screen(), "\n", 2)
			if before[1] != after[1] {
				t.Errorf("the screen was\n%s\nand is\n%s", before[1], after[1])
			}
			if strings.Contains(d.Raw(), "\x1b[31m now") {
				t.Error("what acts on a terminal is shown")
			}
			fits(t, d, size.width, size.height)
			d.Press("f5")
			d.Until("class blue")
			f.heard(d, func(w channel.Word) bool { return w.Read == 4 })
			fits(t, d, size.width, size.height)
			d.Press("q")
			d.Wait()
			if got := d.Screen(); got != strings.Join(before, "\n") {
				t.Errorf("the screen was\n%s\nand is\n%s", strings.Join(before, "\n"), got)
			}
		})
	}
}

// TestNothingHidesAnother: a poll is seen while a message waits, and what comes while
// the page is open stands there.
func TestNothingHidesAnother(t *testing.T) {
	d, f, m := inClass(t, 80, 24)
	long := channel.Message{Number: 1, Text: strings.Repeat("listen ", 20)}
	to := channel.Place{Lesson: m.opt.Course.Lessons[0].ID, Step: m.opt.Course.Lessons[0].Steps[0].ID}
	s := channel.Slate{Class: "blue", Messages: []channel.Message{long}, Invited: &channel.Invited{Number: 2, Place: to}}
	f.slates <- s
	d.Until("invites everybody")
	want(t, d, "and 1 more", "F5 opens it")
	d.Press("f5")
	want(t, d, "The teacher: listen", "You are invited")
	wantNot(t, d, "F5 class") // it is open
	s.Messages = append(s.Messages[:0:0], channel.Message{Number: 3, Text: "go on"})
	f.slates <- s
	d.Until("The teacher: go on")
	f.heard(d, func(w channel.Word) bool { return w.Read == 3 })
}

func TestHandIsRaised(t *testing.T) {
	d, f, _ := inClass(t, 120, 40)
	atRun(d)
	want(t, d, "u raise hand")
	d.Press("u")
	f.heard(d, func(w channel.Word) bool { return w.Hand != nil && *w.Hand })
	want(t, d, "hand is UP")
	f.slates <- channel.Slate{Class: "blue", Hand: false} // the teacher has been there
	d.Until("u raise hand")
}

// TestOutsideOfAClass: nothing of it is on the screen.
func TestOutsideOfAClass(t *testing.T) {
	d, _ := begin(t, options(t, &fakeEngine{}), 120, 40)
	atRun(d)
	wantNot(t, d, "raise hand")
	d.Press("f5", "u", "?")
	wantNot(t, d, "raise your hand")
}

func TestInvitationIsAccepted(t *testing.T) {
	d, f, m := inClass(t, 120, 40)
	l := m.opt.Course.Lessons[len(m.opt.Course.Lessons)-1]
	to := channel.Place{Lesson: l.ID, Step: l.Steps[1].ID}
	f.slates <- channel.Slate{Class: "blue", Held: []string{l.ID}, Invited: &channel.Invited{Number: 1, Place: to}}
	d.Until("invites everybody to " + l.Title + ", step 2")
	there := func(w channel.Word) bool { return w.At != nil && *w.At == to }
	d.Press("f5", "y") // from home
	f.heard(d, there)
	d.Press("b")
	f.heard(d, func(w channel.Word) bool { return w.At != nil && w.At.Step == l.Steps[0].ID })
	d.Press("f5", "y") // in the lesson
	f.heard(d, there)
	d.Press("q")
	d.Wait()
	atRun(d)
	d.Press("f5", "y") // from another lesson
	f.heard(d, there)
}

func TestHeldLessonStaysShut(t *testing.T) {
	d, f, m := inClass(t, 120, 40)
	f.slates <- channel.Slate{Class: "blue", Held: []string{m.opt.Course.Lessons[0].ID}}
	d.Until("held")
	d.Press("enter")
	d.Until("holds this lesson back")
	f.slates <- channel.Slate{Class: "blue"}
	d.UntilScreen("opens it again", func(screen string) bool { return !strings.Contains(screen, "  held") })
	d.Press("enter")
	d.Until("step 1 of")
}

func TestPollIsAnswered(t *testing.T) {
	d, f, m := inClass(t, 80, 24)
	p := channel.Poll{Number: 7}
	for _, l := range m.opt.Course.Lessons {
		for _, s := range l.Steps {
			if s.Predict != nil && p.Lesson == "" {
				p.Place = channel.Place{Lesson: l.ID, Step: s.ID}
			}
		}
	}
	f.slates <- channel.Slate{Class: "blue", Poll: &p}
	d.Until("asks everybody")
	d.Press("f5", "9", "2")
	f.heard(d, func(w channel.Word) bool { return w.Answer != nil && w.Answer.Poll == 7 && w.Answer.Option != "" })
	d.Until("* 2")
	f.slates <- channel.Slate{Class: "blue"}
	d.UntilScreen("asks no more", func(screen string) bool { return !strings.Contains(screen, "Everybody is asked") })
	d.Press("1") // does nothing any more
}
