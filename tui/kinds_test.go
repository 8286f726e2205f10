package tui

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons"
)

const kinds = `---
format: 1
id: kinds
title: Kinds
part: 0
order: 1
summary: One.
---

## Read me?

<!-- step {id: read, kind: read} -->

Above the pause.

<!-- pause -->

Below the pause.

## By hand

<!-- step {id: by-hand, kind: order} -->

<!-- order
ask: Which comes first?
lines:
  - {id: mount, text: mount it, say: It wants a mount point.}
  - {id: pivot, text: pivot to it}
  - {id: umount, text: umount the old}
say: So it is.
-->

## In words

<!-- step {id: words, kind: explain} -->

<!-- explain
ask: Why?
points: [the list is copied]
-->

<!-- after -->

How others put it.
`

// TestKinds plays a text with a pause, a puzzle and an explanation.
func TestKinds(t *testing.T) {
	course, err := lessons.LoadAll(fstest.MapFS{"kinds.md": {Data: []byte(kinds)}}, lessons.Known{})
	if err != nil {
		t.Fatal(err)
	}
	o := options(t, &fakeEngine{})
	o.Course, o.Start = course, "kinds"
	d, m := begin(t, o, 80, 24)
	want(t, d, "Above the pause.", "enter go on")
	wantNot(t, d, "Below the pause.")
	d.Press("enter")
	want(t, d, "Below the pause.")
	d.Press("enter") // next
	d.Wait()
	want(t, d, "Which comes first?", "[ line up", "enter hand in")
	// Shown as pivot, umount, mount: the last line goes to the top.
	if got := m.arrangement(); len(got) != 3 || got[2] != "mount" {
		t.Fatalf("shown as %v", got)
	}
	d.Press("enter")
	d.Wait()
	want(t, d, "It begins with another line")
	d.Press("3", "[", "[", "2", "]") // mount, umount, pivot
	d.Press("enter")
	d.Wait()
	want(t, d, "Up to line 1 it works; look at line 2")
	d.Press("]")
	d.Press("enter")
	d.Wait()
	want(t, d, "That order works. So it is.")
	d.Press("n")
	d.Wait()
	want(t, d, "Why?", "enter write")
	d.Press("enter")
	d.Type("It is a x\u202e")
	d.Press("backspace")
	d.Send(tea.PasteMsg{Content: "copied\nlist"})
	want(t, d, "> It is a copied list", "enter keep them")
	d.Press("enter")
	d.Wait()
	want(t, d, "You wrote: It is a copied list", "the list is copied", "How others put it.")
	if !m.lesson.session.Walk.Complete() {
		t.Error("not all is done")
	}
	d.Press("q")
	d.Wait()
}

// TestReload: a lesson that is being written is shown as it becomes, a mistake
// in it with its place, and what was done stays done.
func TestReload(t *testing.T) {
	versions := make(chan string, 1)
	load := func(text string) (*lessons.Course, error) {
		return lessons.LoadAll(fstest.MapFS{"kinds.md": {Data: []byte(text)}}, lessons.Known{})
	}
	o := options(t, &fakeEngine{})
	var err error
	if o.Course, err = load(kinds); err != nil {
		t.Fatal(err)
	}
	o.Start = "kinds"
	o.Reload = func(ctx context.Context) (*lessons.Course, error) {
		select {
		case text := <-versions:
			return load(text)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	d, m := begin(t, o, 80, 24)
	d.Press("enter", "enter")
	d.Wait()
	want(t, d, "Which comes first?")
	versions <- strings.Replace(kinds, "Which comes first?", "What is first?", 1)
	d.Until("What is first?")
	want(t, d, "read anew")
	if !m.lesson.session.Walk.StateOf(0).Done {
		t.Error("what was read is not done any more")
	}
	versions <- strings.Replace(kinds, "kind: order", "kind: ordr", 1)
	d.Until("kinds.md:")
	want(t, d, "What is first?", "kinds.md:")
}
