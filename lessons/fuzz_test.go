package lessons

import (
	"errors"
	"strings"
	"testing"
)

// Whatever the bytes: no panic, errors with a place inside the file, and a
// lesson that loads can be shown, linted and walked.
func FuzzLoad(f *testing.F) {
	source := goodSource(f)
	f.Add(source)
	f.Add("---\nformat: 1\n---\n## A\n<!-- step {id: a, kind: read} -->\n")
	for _, c := range broken {
		if len(c.new) < maxLine {
			f.Add(strings.Replace(source, c.old, c.new, 1))
		}
	}
	f.Fuzz(func(t *testing.T, source string) {
		l, err := load(source)
		if err != nil {
			var errs Errors
			if !errors.As(err, &errs) {
				t.Fatalf("%T: %v", err, err)
			}
			lines := strings.Count(source, "\n") + 2
			for _, e := range errs {
				if e.Line < 1 || e.Line > lines || e.Column < 1 || e.Message == "" || e.File != "good.md" {
					t.Errorf("%+v in %d lines", e, lines)
				}
			}
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
