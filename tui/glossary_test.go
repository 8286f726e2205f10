package tui

import (
	"errors"
	"testing"

	"github.com/tentpole-labs/tentpole/lessons"
)

var terms = lessons.Glossary{
	{Names: []string{"bind mount", "bind"}, Meaning: "A second **name** for a directory.", Lesson: "elsewhere", Manual: "man 8 mount"},
	{Names: []string{"namespace"}, Meaning: "What a process sees one kind of thing through.", Lesson: "mounts"},
}

func withGlossary(t *testing.T) Options {
	o := options(t, &fakeEngine{})
	o.Glossary = func() (lessons.Glossary, error) { return terms, nil }
	return o
}

// TestGlossary: home and finder lead to it, and to one term; a lesson has its
// own terms first, and is still there afterwards.
func TestGlossary(t *testing.T) {
	d, m := begin(t, withGlossary(t), 120, 40)
	d.Press("/")
	d.Type("bind")
	d.Press("enter")
	want(t, d, "glossary: bind mount", "A second name for a directory.", "man 8 mount")
	wantNot(t, d, "namespace")
	d.Press("q", "/")
	d.Type("glossary")
	d.Press("enter")
	want(t, d, "bind mount, bind", "namespace")
	wantNot(t, d, "All others")
	d.Press("q", "enter")
	d.Wait()
	d.Press("g")
	want(t, d, "First met in this lesson", "All others", "lesson: Mounts of its own")
	d.Press("q")
	if m.screen != onLesson || m.page != nil {
		t.Errorf("the lesson is not there any more:\n%s", d.Screen())
	}
}

// TestNoGlossary: one that cannot be read is said to, and leads nowhere.
func TestNoGlossary(t *testing.T) {
	o := options(t, &fakeEngine{})
	o.Glossary = func() (lessons.Glossary, error) { return nil, errors.New("glossary.md:3: no meaning") }
	d, _ := begin(t, o, 120, 40)
	want(t, d, "the glossary could not be read: glossary.md:3: no meaning")
	d.Press("g")
	wantNot(t, d, "First met")
	want(t, d, "Mounts of its own")
}
