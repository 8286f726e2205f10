package lessons

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

const small = "---\nformat: 1\nid: ID\ntitle: T\npart: 1\norder: ORDER\nsummary: S\nafter: [AFTER]\n---\n\n## A?\n\n<!-- step {id: a, kind: read} -->\n\nText.\n"

func smallLesson(id, order, after string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(strings.NewReplacer("ID", id, "ORDER", order, "AFTER", after).Replace(small))}
}

func TestLoadAll(t *testing.T) {
	c, err := LoadAll(fstest.MapFS{
		"b.md":        smallLesson("b", "1", "a"),
		"a.md":        smallLesson("a", "2", ""),
		"README.md":   {Data: []byte("not a lesson")},
		"course.yaml": {Data: []byte("format: 1\ntitle: The course\nparts:\n  - {number: 1, title: One}\n")},
	}, Known{})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Lessons) != 2 || c.Lessons[0].ID != "b" || c.Title != "The course" || c.PartTitle(1) != "One" || c.PartTitle(2) != "" {
		t.Errorf("course %+v", c)
	}
	if l, err := c.Lesson("a"); err != nil || l.ID != "a" {
		t.Errorf("Lesson = %v, %v", l, err)
	}
	_, err = c.Lesson("z")
	mustContain(t, err, `no lesson "z"`, "one of: b, a")
}

// Every error of every file comes at once.
func TestLoadAllErrors(t *testing.T) {
	_, err := LoadAll(fstest.MapFS{
		"a.md":        {Data: []byte("no lesson")},
		"b.md":        {Data: []byte("no lesson")},
		"course.yaml": {Data: []byte("format: 1\ntitel: x\n")},
	}, Known{})
	mustContain(t, err, "a.md:1:1:", "b.md:1:1:", "course.yaml:2:1:", "did you mean title?")

	_, err = LoadAll(fstest.MapFS{"one.md": smallLesson("one", "1", "twoo"), "two.md": smallLesson("two", "1", "")}, Known{})
	mustContain(t, err, `one.md:1:1: there is no lesson "twoo"; did you mean two?`, "two.md:1:1: one.md has the same part and order")

	if _, err = LoadAll(fstest.MapFS{}, Known{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty course: %v", err)
	}
}
