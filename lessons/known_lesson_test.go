package lessons

import (
	"testing"
	"time"
)

const twoQuizzes = `## Why?

<!-- step {id: why, kind: read} -->

## One

<!-- step {id: one, kind: quiz} -->
<!-- quiz {ask: A, options: [{id: yes, text: a, right: true}, {id: no, text: b}]} -->

## Two

<!-- step {id: two, kind: quiz} -->
<!-- quiz {ask: A, options: [{id: yes, text: a, right: true}, {id: no, text: b}, {id: also, text: c, right: true}]} -->
`

// TestTestOut: a lesson is known to those whose first answers are all right, as
// long as the questions are the same, and until they are forgotten.
func TestTestOut(t *testing.T) {
	l, err := loadText(t, twoQuizzes)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		one, two []string // answers
		known    bool
	}{
		{"nothing answered", nil, nil, false},
		{"one left out", []string{"yes"}, nil, false},
		{"all right", []string{"yes"}, []string{"yes"}, true},
		{"the other right one", []string{"yes"}, []string{"also"}, true},
		{"wrong", []string{"yes"}, []string{"no"}, false},
		{"right the second time", []string{"no", "yes"}, []string{"yes"}, false},
		{"wrong the second time", []string{"yes", "no"}, []string{"yes"}, true},
	} {
		w := NewWalk(l)
		for step, answers := range map[string][]string{"one": c.one, "two": c.two} {
			w.Go(step)
			for _, a := range answers {
				if _, err := w.Answer(a, noon); err != nil {
					t.Fatal(err)
				}
			}
		}
		if w.Known() || w.Record().Known != nil {
			t.Errorf("%s: known before it was asked for", c.name)
		}
		if got := w.TestOut(noon); got != c.known || w.Known() != c.known {
			t.Errorf("%s: known %v", c.name, got)
		}
		p := NewProgress()
		p.Put(l.ID, w.Record())
		p.Put(l.ID, LessonRecord{}) // an older tentpole, which does not say
		if p.Knows(l) != c.known || p.Tally(l).Known != c.known {
			t.Errorf("%s: kept as known: %v", c.name, p.Knows(l))
		}
		if w.Complete() || p.DoneSteps(l) == len(l.Steps) {
			t.Errorf("%s: steps are done that were not taken", c.name)
		}
	}
	if reading, err := loadText(t, "## A\n<!-- step {id: a, kind: read} -->\n"); err != nil || NewWalk(reading).TestOut(noon) {
		t.Errorf("tested out of a lesson without a quiz: %v", err)
	}
}

// TestKnownEnds: what ends it.
func TestKnownEnds(t *testing.T) {
	l, err := loadText(t, twoQuizzes)
	if err != nil {
		t.Fatal(err)
	}
	changed, err := loadText(t, twoQuizzes+"\nMore.\n")
	if err != nil {
		t.Fatal(err)
	}
	known := func() (*Walk, *Progress) {
		w := NewWalk(l)
		for _, id := range l.Quizzes() {
			w.Go(id)
			if _, err := w.Answer("yes", noon); err != nil {
				t.Fatal(err)
			}
		}
		if !w.TestOut(noon) || !w.TestOut(noon.Add(time.Hour)) || !w.Record().Known.Equal(noon) {
			t.Fatal("not known since noon")
		}
		p := NewProgress()
		p.Put(l.ID, w.Record())
		return w, p
	}
	_, p := known()
	if !p.Knows(l) || p.Knows(changed) {
		t.Error("known in words that have changed since")
	}
	if _, p = known(); !p.Reset(l.ID, "one") || p.Knows(l) || p.Lessons[l.ID].Known != nil {
		t.Error("known without one of its answers")
	}
	if _, p = known(); !p.Reset(l.ID, "") || p.Knows(l) {
		t.Error("known and forgotten")
	}
	for step, still := range map[string]bool{"why": true, "one": false, "": false} {
		w, _ := known()
		if !w.Reset(step) || w.Known() != still {
			t.Errorf("reset %q: known %v", step, w.Known())
		}
	}
	w, _ := known()
	if w.Reset("nonsense") || !w.Known() {
		t.Error("a step that there is not was reset")
	}
}

// TestReset: a step that is forgotten begins anew, and no other.
func TestReset(t *testing.T) {
	w := NewWalk(goodLesson(t))
	w.Next(noon)
	_ = w.Predict("else")
	_, _ = w.Ran(Env{Outcome: "open"}, noon)
	w.Next(noon)
	if !w.Reset("run-it") || w.Step().ID != "run-it" || w.Phase() != Predicting || !w.StateOf(0).Done {
		t.Errorf("at %s, %+v", w.Step().ID, w.State())
	}
	if !w.Reset("") || w.At() != 0 || w.StateOf(0).Done || len(w.Record().Steps) != 0 {
		t.Errorf("all forgotten: %+v", w.Record())
	}
}
