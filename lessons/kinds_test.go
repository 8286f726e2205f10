package lessons

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

const front = `---
format: 1
id: kinds
title: Kinds
part: 0
order: 1
summary: One.
---

`

func loadText(t *testing.T, steps string) (*Lesson, error) {
	t.Helper()
	return Load(fstest.MapFS{"kinds.md": {Data: []byte(front + steps)}}, "kinds.md", Known{})
}

const puzzle = `## By hand

<!-- step {id: by-hand, kind: order} -->

<!-- order
ask: Which comes first?
lines:
  - {id: mount, text: mount, say: It wants a mount point.}
  - {id: pivot, text: pivot}
  - {id: umount, text: umount}
also: [[pivot, mount, umount]]
say: So it is.
-->
`

// TestOrder: every order but those that work is judged by where it leaves one
// that works.
func TestOrder(t *testing.T) {
	l, err := loadText(t, puzzle)
	if err != nil {
		t.Fatal(err)
	}
	w := NewWalk(l)
	shown := w.Step().Order.Shuffled()
	if w.Step().Order.Judge(shown).Right || !slices.Equal(slices.Sorted(slices.Values(shown)), []string{"mount", "pivot", "umount"}) {
		t.Errorf("shown as %v", shown)
	}
	for _, c := range []struct {
		order string
		want  Arranged
	}{
		{"umount mount pivot", Arranged{Wrong: 0}},
		{"mount umount pivot", Arranged{Wrong: 1}},
		{"pivot umount mount", Arranged{Wrong: 1}},
		{"pivot mount umount", Arranged{Right: true, Wrong: -1, Say: "So it is."}},
	} {
		if got, err := w.Arrange(strings.Fields(c.order), time.Now()); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v", c.order, got, err)
		}
	}
	if s := w.State(); !s.Done || s.Tries != 4 {
		t.Errorf("state %+v", s)
	}
	for _, bad := range []string{"mount pivot", "mount mount pivot", "mount pivot umount extra", ""} {
		if _, err := w.Arrange(strings.Fields(bad), time.Now()); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	again := NewWalk(l)
	again.Resume(w.Record())
	if s := again.State(); !s.Done || s.Tries != 4 || len(s.Order) != 3 {
		t.Errorf("taken up again: %+v", s)
	}
}

// TestExplain: what the learner writes is kept and never judged.
func TestExplain(t *testing.T) {
	l, err := loadText(t, "## Words\n\n<!-- step {id: words, kind: explain} -->\n\n<!-- explain\nask: Why?\npoints: [a list]\n-->\n\n<!-- after -->\n\nBecause.\n")
	if err != nil {
		t.Fatal(err)
	}
	w := NewWalk(l)
	for _, bad := range []string{"", "  \n", strings.Repeat("x", MaxExplanation+1), "\xff"} {
		if w.Say(bad, time.Now()) == nil || w.State().Done {
			t.Errorf("%.10q was taken", bad)
		}
	}
	if err := w.Say(" It is a list. ", time.Now()); err != nil || !w.State().Done || w.State().Words != "It is a list." {
		t.Errorf("%v, %+v", err, w.State())
	}
	again := NewWalk(l)
	again.Resume(w.Record())
	if again.State().Words != "It is a list." {
		t.Errorf("taken up again: %+v", again.State())
	}
}

// TestPause: the pieces of a text are the text.
func TestPause(t *testing.T) {
	l, err := loadText(t, "## Read\n\n<!-- step {id: read, kind: read} -->\n\nOne.\n\n<!-- pause -->\n\nTwo.\n\n<!-- only user -->\n\nUser.\n\n<!-- end -->\n\n<!-- pause -->\n\nThree.\n")
	if err != nil {
		t.Fatal(err)
	}
	s := &l.Steps[0]
	if got := s.Parts(Root); !slices.Equal(got, []string{"One.", "Two.", "Three."}) {
		t.Errorf("%q", got)
	}
	if got := strings.Join(s.Parts(User), "\n\n"); got != s.Body(User) {
		t.Errorf("%q is not %q", got, s.Body(User))
	}
}

// TestMistake: what is said of a known mistake goes when it is mended.
func TestMistake(t *testing.T) {
	l, err := loadText(t, "## Task\n\n<!-- step {id: task, kind: task} -->\n\n<!-- task\nparts:\n  - {say: it is there, when: inside.pid == 2}\nhintcheck:\n  - {say: on the host, when: host.pid == 2}\n-->\n")
	if err != nil {
		t.Fatal(err)
	}
	w := NewWalk(l)
	for _, c := range []struct {
		inside, host int
		want         string
	}{{1, 1, ""}, {1, 2, "on the host"}, {1, 1, ""}, {2, 2, ""}} {
		if _, err := w.Check(Env{Inside: Side{PID: c.inside}, Host: Side{PID: c.host}}, time.Now()); err != nil || w.State().Mistake != c.want {
			t.Errorf("%+v: %q, %v", c, w.State().Mistake, err)
		}
	}
}

// TestRemove: a layer is taken away for the steps below.
func TestRemove(t *testing.T) {
	l, err := loadText(t, "## A\n\n<!-- step {id: a, kind: run, add: [mount, pid], limits: {memory: 64M}} -->\n\n## B\n\n<!-- step {id: b, kind: run, remove: [mount], add: [uts]} -->\n")
	if err != nil {
		t.Fatal(err)
	}
	r := l.Steps[1].Run
	if !slices.Equal(r.Layers, []string{"pid", "uts"}) || !slices.Equal(r.Removed, []string{"mount"}) || !slices.Equal(r.Added, []string{"uts"}) || r.Limits["memory"] != "64M" {
		t.Errorf("%+v", r)
	}
	for text, want := range map[string]string{
		"limits: {memry: 64M}": "did you mean memory?",
		"remove: [mount]":      "the layer mount is not there",
	} {
		_, err = loadText(t, "## A\n\n<!-- step {id: a, kind: run, "+text+"} -->\n")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
