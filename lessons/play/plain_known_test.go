package play

import (
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/lessons"
)

// TestTestOut: the quizzes alone are asked, each once, and what comes of it is
// kept; nothing is started.
func TestTestOut(t *testing.T) {
	l := lesson(t)
	for _, c := range []struct {
		name, typed, says string
		known             bool
	}{
		{"right", "7\n2\n", "All right at once", true},
		{"wrong", "1\n", "0 of 1 were right the first time", false},
		{"skipped", "s\n", "0 of 1 were right the first time", false},
		{"left", "q\n", "", false},
		{"the end of the input", "", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, store := &fakeEngine{}, &lessons.Store{Dir: t.TempDir()}
			play := func(typed string) string {
				done, err := store.Read()
				if err != nil {
					t.Fatal(err)
				}
				s := NewSession(Options{Lesson: l, Engine: e, Store: store, Record: done.Lessons[l.ID], Variant: lessons.User})
				var out strings.Builder
				if err := TestOut(t.Context(), s, strings.NewReader(typed), &out); err != nil {
					t.Fatal(err)
				}
				return out.String()
			}
			if out := play(c.typed); !strings.Contains(out, c.says) || !strings.Contains(out, "question 1 of 1") {
				t.Errorf("it says\n%s", out)
			}
			if started, _ := e.count(); started != 0 {
				t.Errorf("%d sandboxes were started", started)
			}
			p, err := store.Read()
			if err != nil || p.Knows(l) != c.known || p.Lessons[l.ID].At != l.Steps[0].ID {
				t.Errorf("kept: %+v, %v", p.Lessons[l.ID], err)
			}
			if c.name == "wrong" { // another try would only repeat what was told
				if out := play("2\n"); !strings.Contains(out, "before") || strings.Contains(out, "All right") {
					t.Errorf("tried again, it says\n%s", out)
				}
			}
		})
	}
}

// TestPlainReset: a step or the lesson is forgotten when asked twice, on disk too.
func TestPlainReset(t *testing.T) {
	l := lesson(t)
	for _, c := range []struct {
		answer string
		at     string // where the lesson goes on
		done   int    // steps still kept
	}{
		{"step", "step 2 of 5", 1},
		{"lesson", "step 1 of 5", 0},
		{"", "", 2},
		{"yes", "", 2},
	} {
		store := &lessons.Store{Dir: t.TempDir()}
		s := NewSession(Options{Lesson: l, Engine: &fakeEngine{}, Store: store, Variant: lessons.User})
		var out strings.Builder
		if err := Plain(t.Context(), s, strings.NewReader("\n1\nreset\n"+c.answer+"\nq\n"), &out); err != nil {
			t.Fatal(err)
		}
		_, after, asked := strings.Cut(out.String(), "It cannot be undone.")
		if !asked || !strings.Contains(after, c.at) || strings.Contains(after, "Nothing was forgotten") != (c.at == "") {
			t.Errorf("%q: it goes on with\n%s", c.answer, after)
		}
		p, err := store.Read()
		if got := p.DoneSteps(l); err != nil || got != c.done {
			t.Errorf("%q: %d steps are kept, %v; want %d", c.answer, got, err, c.done)
		}
	}
}
