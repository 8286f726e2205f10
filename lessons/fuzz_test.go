package lessons

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

// Whatever the bytes: no panic, errors with a place inside the file, and a
// lesson that loads can be shown, linted and walked.
func FuzzLoad(f *testing.F) {
	source := goodSource(f)
	f.Add(source)
	f.Add("---\nformat: 1\n---\n## A\n<!-- step {id: a, kind: read} -->\n")
	f.Add("---\nformat: 1\n---\n## A\n<!-- step\nid: a\nkind: run\nnetwork: none\nports: ['1:1']\ncapabilities: []\nvolumes: [{name: v, at: /v, read-only: true}]\nrequires: [memory]\nholds: [cgroup.memory.max < 2 * MiB]\n" +
		"variant: {user: {holds: [volume('v').file('x').exists]}}\n-->\n## B\n<!-- step {id: b, kind: read, debrief: saw} -->\n<!-- saw -->\n## C\n<!-- step {id: c, kind: read, debrief: same} -->\n<!-- same a -->\n")
	for _, c := range broken {
		if len(c.new) < maxLine {
			f.Add(strings.Replace(source, c.old, c.new, 1))
		}
	}
	f.Fuzz(func(t *testing.T, source string) {
		watch(t, "a lesson")
		l, err := load(source)
		if err != nil {
			placed(t, err, "good.md", source)
			return
		}
		l.Lint()
		w := NewWalk(l)
		for i := range l.Steps {
			s := &l.Steps[i]
			if s.ID == "" || s.Kind == "" || s.Hash == "" || l.Step(s.ID) != s {
				t.Errorf("step %+v", s)
			}
			for _, v := range variants {
				s.Body(v)
				s.After(v)
				s.Hints(v)
				s.Solution(v)
			}
			_ = w.Skip()
			_, _ = w.Ran(Env{}, noon)
			_, _ = w.Check(Env{}, noon)
			w.Next(noon)
		}
	})
}

// placed checks that the error is a list of errors, each at a place in the file.
func placed(t *testing.T, err error, file, source string) {
	var errs Errors
	if !errors.As(err, &errs) {
		t.Fatalf("%T: %v", err, err)
	}
	lines := strings.Count(lineEnds.Replace(source), "\n") + 2
	for _, e := range errs {
		if e.Line < 1 || e.Line > lines || e.Column < 1 || e.Message == "" || e.File != file {
			t.Errorf("%+v in %d lines", e, lines)
		}
	}
}

// Whatever the translation: no panic, errors with a place, and in any language
// a lesson has the steps, the ids and the hashes that it has.
func FuzzTranslation(f *testing.F) {
	lesson, err := Load(fstest.MapFS{"kinds.md": {Data: []byte(english)}}, "kinds.md", Known{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(german)
	f.Add(german + "\n## Was?\n\n<!-- step {id: quiz, of: x} -->\n\n<!-- quiz {ask: Was?, options: [{id: one, text: eins, say: Ja.}, {id: three, text: drei}]} -->\n")
	f.Add(strings.Replace(german, "say: es ist da", "say: es ist da, when: inside.pid == 1", 1))
	f.Fuzz(func(t *testing.T, source string) {
		watch(t, "a translation")
		tr, err := LoadTranslation(fstest.MapFS{"kinds.de.md": {Data: []byte(source)}}, "kinds.de.md")
		if err != nil {
			placed(t, err, "kinds.de.md", source)
			return
		}
		tr.Lint(lesson)
		spoken := lesson.In(tr)
		for i := range lesson.Steps {
			was, is := &lesson.Steps[i], &spoken.Steps[i]
			if is.ID != was.ID || is.Hash != was.Hash || is.Kind != was.Kind || len(is.Hints(User)) != len(was.Hints(User)) || !sameBlocks(is.solution, was.solution) {
				t.Errorf("the step %s became %+v", was.ID, is)
			}
		}
		NewWalk(spoken).Record()
	})
}
