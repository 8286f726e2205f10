package tui

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/tui/present"
	"github.com/tentpole-labs/tentpole/tui/styles"
	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// talk begins one: the wall, and a screen with the notes.
func talk(t *testing.T, width, height int) (wall, notes *tuitest.Driver, m *Model, now *clock) {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "present.sock")
	w, err := present.Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	o := options(t, &fakeEngine{})
	now = &clock{noon}
	o.Wall, o.Start, o.Now = w, "mounts", now.Now
	wall, m = begin(t, o, width, height)
	n := NewNotes(t.Context(), NotesOptions{Socket: socket, Theme: styles.Dark, Now: now.Now})
	notes = tuitest.New(t, n, width, height)
	notes.Until("What is a mount?")
	return wall, notes, m, now
}

// TestPresent: the notes follow the wall, keys pressed there turn its pages,
// and the wall never has panes side by side.
func TestPresent(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size.width, size.height), func(t *testing.T) {
			wall, notes, _, now := talk(t, size.width, size.height)
			now.now = noon.Add(61 * time.Second)
			notes.Press("enter")
			wall.Until("predict and run")
			wall.Wait()
			want(t, wall, "1:01 of 12 min")
			notes.Until("step 2 of")
			notes.Press("2", "enter")
			wall.Until("Searched the host")
			wall.Press("n")
			wall.Wait()
			notes.UntilScreen("has the notes of step 3", func(screen string) bool {
				return strings.Contains(screen, "step 3 of") && strings.Contains(screen, "No notes to this step.")
			})
			fits(t, wall, size.width, size.height)
			fits(t, notes, size.width, size.height)
			tuitest.Golden(t, fmt.Sprintf("notes-%dx%d", size.width, size.height), notes.Screen())
		})
	}
}

// TestNotesStayOutOfShells: a key from the notes is never typed into a shell.
func TestNotesStayOutOfShells(t *testing.T) {
	wall, notes, m, _ := talk(t, 80, 24)
	wall.Press("enter")
	wall.Wait()
	wall.Press("s")
	wall.Wait()
	wall.Press("n")
	wall.Until("enter start")
	wall.Press("enter")
	wall.Until("keys go to: INSIDE")
	notes.Press("z")
	wall.UntilScreen("is out of the shell", func(string) bool { return !m.inShell() })
}

// TestNotesAlone: without a talk the notes say how to begin one, and wait.
func TestNotesAlone(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "present.sock")
	notes := tuitest.New(t, NewNotes(t.Context(), NotesOptions{Socket: socket, Theme: styles.None}), 60, 12)
	notes.Until("tentpole present LESSON")
	w, err := present.Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Tell(present.State{Lesson: "L", Step: "a step", Number: 1, Steps: 2, Notes: "say *this*"}); err != nil {
		t.Fatal(err)
	}
	notes.Until("say this")
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	notes.Until("The talk is over")
	for _, size := range []struct{ w, h int }{{1, 1}, {3, 2}, {10, 4}, {300, 100}} {
		notes.Resize(size.w, size.h)
		fits(t, notes, size.w, size.h)
	}
}
