package play

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// poorEngine is a machine without a feature.
type poorEngine struct {
	fakeEngine
	without string
}

func (e *poorEngine) Lacks(_ context.Context, ids []string) error {
	for _, id := range ids {
		if id == e.without {
			return &features.NotSupportedError{Feature: "limit " + id, Remedy: "run sudo tentpole"}
		}
	}
	return nil
}

const requiring = `## Run

<!-- step {id: run, kind: run, requires: [memory]} -->

<!-- predict
ask: What?
options:
  - {id: a, text: A, when: outcome == "", say: A.}
  - {id: b, text: B, when: outcome != "", say: B.}
-->

<!-- after -->

It was killed.

## Task

<!-- step {id: task, kind: task, requires: [memory]} -->

<!-- task
parts: [{say: made, when: inside.file("/x").exists}]
-->

## The rest

<!-- step {id: rest, kind: read} -->

The end.
`

// TestRequires: where the machine lacks what a step requires, it says so with
// the remedy, asks for nothing, and the lesson is complete without the step.
func TestRequires(t *testing.T) {
	l, err := parsed(requiring)
	if err != nil {
		t.Fatal(err)
	}
	engine := &poorEngine{without: "memory"}
	s := NewSession(Options{Lesson: l, Engine: engine, Variant: lessons.User})
	var out bytes.Buffer
	if err := Plain(t.Context(), s, strings.NewReader("\n\n\n"), &out); err != nil {
		t.Fatal(err)
	}
	said := strings.Join(strings.Fields(out.String()), " ")
	if strings.Count(said, "limit memory: not supported on this machine; run sudo tentpole The step is passed by") != 2 {
		t.Errorf("it says:\n%s", out.String())
	}
	for _, word := range []string{"What?", "It was killed", "tent#"} {
		if strings.Contains(said, word) {
			t.Errorf("it says %q:\n%s", word, out.String())
		}
	}
	if started, _ := engine.count(); started != 0 || !s.Walk.Complete() {
		t.Errorf("%d sandboxes were started, complete: %v", started, s.Walk.Complete())
	}
	p := lessons.NewProgress()
	p.Put(l.ID, s.Walk.Record())
	if tally := p.Tally(l); tally.Done != 3 || tally.Predicted != 0 {
		t.Errorf("kept: %+v", tally)
	}

	// The screen hears of it from the run.
	s = NewSession(Options{Lesson: l, Engine: engine, Variant: lessons.User})
	_, _, err = s.Run(t.Context(), nil)
	var lacks *LackError
	if !errors.As(err, &lacks) || !NotHere(err) || !s.Walk.State().Passed {
		t.Errorf("the run ends with %v, passed by: %v", err, s.Walk.State().Passed)
	}

	// On another machine the same progress leaves the steps to be done.
	s = NewSession(Options{Lesson: l, Engine: &poorEngine{without: "cpu"}, Record: p.Lessons[l.ID], Variant: lessons.User})
	s.Walk.Go("run")
	if s.Walk.Complete() || s.Walk.State().Passed {
		t.Error("passed by on a machine that was not asked")
	}
	if _, _, err := s.Run(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

// TestProveRequires: lesson test tells apart what a step says that it requires.
func TestProveRequires(t *testing.T) {
	l, err := parsed(requiring)
	if err != nil {
		t.Fatal(err)
	}
	found, err := Prove(t.Context(), l, &poorEngine{without: "memory"}, lessons.User, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 2 || !found[0].Lacks || !found[0].Untested || !strings.Contains(found[0].Message, "run sudo tentpole") {
		t.Errorf("found %v", found)
	}
}

// TestRequiresHere: the engine of this machine has processes, and knows no
// feature that a lesson could not name.
func TestRequiresHere(t *testing.T) {
	if err := (machine{}).Lacks(t.Context(), []string{"no-new-privs"}); err != nil {
		t.Error(err)
	}
	_, err := parsed("## S\n\n<!-- step {id: s, kind: run, requires: [memry]} -->\n")
	if err == nil || !strings.HasPrefix(err.Error(), `x.md:15:41: there is no feature "memry"; did you mean memory?`) {
		t.Errorf("a misspelt feature: %v", err)
	}
}
