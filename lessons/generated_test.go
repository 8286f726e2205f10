package lessons

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

const generating = "---\nformat: 1\nid: g\ntitle: G\npart: 1\norder: 1\nsummary: G.\n---\n\n# G\n\n" + `## One

<!-- step {id: one, kind: run, add: [mount], experiment: file} -->

<!-- predict
ask: Where is | it?
options:
  - {id: here, text: here, when: outcome == "open"}
  - {id: there, text: there, when: outcome == "contained"}
-->

## Two

<!-- step {id: two, kind: run, add: [pid], experiment: file} -->

## Saw

<!-- step {id: saw, kind: read, debrief: saw} -->

Before.

<!-- saw -->

Behind.

## Same

<!-- step {id: same, kind: read, debrief: same} -->

<!-- same -->

The last.

`

// said is what an engine would say of a sandbox.
func said(r *Run, v Variant) string {
	if len(r.Layers) == 0 {
		return ""
	}
	return fmt.Sprintf("```sh\n%s %s\n```", v, strings.Join(r.Layers, ","))
}

func generated(source string) (*Lesson, error) {
	return Load(fstest.MapFS{"g.md": {Data: []byte(source)}}, "g.md", Known{Same: said})
}

// TestSame: the commands are those of the last sandbox above, or of the one that
// is named, for each kind of learner.
func TestSame(t *testing.T) {
	for directive, want := range map[string]string{
		"<!-- same -->":      "```sh\n%s mount,pid\n```\n\nThe last.",
		"<!-- same one -->":  "```sh\n%s mount\n```\n\nThe last.",
		"<!-- same here -->": "g.md:41:1: same: there is no sandbox to say this of; write the id of a step above that has one",
	} {
		l, err := generated(strings.Replace(generating, "<!-- same -->", directive, 1))
		if err != nil {
			if err.Error() != want {
				t.Errorf("%s: %v", directive, err)
			}
			continue
		}
		for _, v := range variants {
			if got := l.Step("same").Body(v); got != fmt.Sprintf(want, v) {
				t.Errorf("%s for %s:\n%s", directive, v, got)
			}
		}
	}
	for _, c := range []struct{ old, new, want string }{
		{"<!-- saw -->", "<!-- same -->", "g.md:33:1: same belongs into a step with debrief: same"},
		{"<!-- same -->", "<!-- saw -->", "g.md:41:1: saw belongs into a step with debrief: saw"},
		{"<!-- same -->", "<!-- after -->\n\n<!-- same -->", "g.md:43:1: same belongs into what is read first"},
		{"<!-- same -->", "<!-- same -->\n\n<!-- same -->", "g.md:43:1: a second same in one step"},
		{"add: [mount], experiment", "experiment", ""},
		{"add: [pid], experiment", "layers: [], experiment", "g.md:41:1: same: nothing is to be said of a plain process; leave it out"},
	} {
		_, err := generated(strings.Replace(generating, c.old, c.new, 1))
		if got := fmt.Sprint(err); got != c.want && (err != nil || c.want != "") {
			t.Errorf("%s: %s, want %s", c.new, got, c.want)
		}
	}
}

// TestSaw: the table says what was asked, predicted and measured, in this session
// and in those before.
func TestSaw(t *testing.T) {
	l, err := generated(generating)
	if err != nil {
		t.Fatal(err)
	}
	rows := func(w *Walk) string {
		w.Go("saw")
		return w.Step().Body(User)
	}
	const head = "Before.\n\n| asked | you said | measured |\n|---|---|---|\n"
	if got, want := l.Step("saw").Body(User), head+"| Where is \\| it? |  |  |\n| Two |  |  |\n\nBehind."; got != want {
		t.Errorf("on paper:\n%s", got)
	}
	w := NewWalk(l)
	if got, want := rows(w), head+"| Where is \\| it? | nothing | not yet |\n| Two | nothing | not yet |\n\nBehind."; got != want {
		t.Errorf("before:\n%s", got)
	}
	w.Go("one")
	if err := w.Predict("there"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Ran(Env{Outcome: "open"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	w.Go("two")
	if _, err := w.Ran(Env{Outcome: "one-way"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	after := head + "| Where is \\| it? | there | here |\n| Two | nothing | one-way |\n\nBehind."
	if got := rows(w); got != after {
		t.Errorf("after:\n%s", got)
	}
	again := NewWalk(l)
	again.Resume(w.Record())
	if got := rows(again); got != after {
		t.Errorf("in the next session:\n%s", got)
	}
	if got := l.Step("saw").Body(User); strings.Contains(got, "there") {
		t.Errorf("the lesson itself was changed:\n%s", got)
	}
}

// TestGeneratedTranslated: a translation places what is generated.
func TestGeneratedTranslated(t *testing.T) {
	l, err := generated(generating)
	if err != nil {
		t.Fatal(err)
	}
	const german = "---\nformat: 1\nid: g\nlanguage: de\ntitle: G\nsummary: G.\n---\n\n# G\n\n" +
		"## Gesehen\n\n<!-- step {id: saw, of: x} -->\n\n<!-- saw -->\n\n## Dasselbe\n\n<!-- step {id: same, of: x} -->\n\nErst.\n\n<!-- same -->\n\nDann.\n"
	tr, err := LoadTranslation(fstest.MapFS{"g.de.md": {Data: []byte(german)}}, "g.de.md")
	if err != nil {
		t.Fatal(err)
	}
	in := l.In(tr)
	if got, want := in.Step("same").Body(Root), "Erst.\n\n```sh\nroot mount,pid\n```\n\nDann."; got != want {
		t.Errorf("same:\n%s", got)
	}
	w := NewWalk(in)
	w.Go("saw")
	if got := w.Step().Body(Root); !strings.Contains(got, "| Two | nothing | not yet |") {
		t.Errorf("saw:\n%s", got)
	}
}
