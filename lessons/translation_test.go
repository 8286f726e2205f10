package lessons

import (
	"strings"
	"testing"
	"testing/fstest"
)

const english = front + `## Why?

<!-- step {id: why, kind: read} -->

Words.

## Task

<!-- step {id: task, kind: task} -->

Do it.

<!-- task
parts:
  - {say: it is there, when: inside.pid == 2}
-->

<details><summary>Hint 1</summary>

Look.

</details>

<details><summary>Solution</summary>

` + "```sh inside\ntouch x\n```" + `

</details>

## Quiz

<!-- step {id: quiz, kind: quiz} -->

<!-- quiz
ask: Which?
options:
  - {id: one, text: one, right: true, say: Yes.}
  - {id: two, text: two, say: No.}
-->
`

const german = `---
format: 1
id: kinds
language: de
title: Arten
summary: Eine.
---

## Warum?

<!-- step {id: why, of: "@why"} -->

Wörter.

## Aufgabe

<!-- step {id: task, of: "@task"} -->

Mach es.

<!-- task
parts:
  - {say: es ist da}
-->

<details><summary>Hint 1</summary>

Schau.

</details>

<details><summary>Solution</summary>

So:

` + "```sh inside\ntouch x\n```" + `

</details>
`

func translate(t *testing.T, text string) (*Course, []Warning, error) {
	t.Helper()
	files := fstest.MapFS{"kinds.md": {Data: []byte(english)}}
	c, err := LoadAll(files, Known{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range c.Lessons[0].Steps {
		s := &c.Lessons[0].Steps[i]
		text = strings.ReplaceAll(text, "@"+s.ID, s.Hash)
	}
	files["kinds.de.md"] = &fstest.MapFile{Data: []byte(text)}
	if c, err = LoadAll(files, Known{}); err != nil {
		t.Fatal(err)
	}
	if l := Languages(files); len(l) != 1 || l[0] != "de" {
		t.Errorf("languages %v", l)
	}
	return c.Speak(files, "de")
}

// TestTranslation: words are the translation's, what is checked is the
// lesson's, and what is not translated stays.
func TestTranslation(t *testing.T) {
	c, lacks, err := translate(t, german)
	if err != nil {
		t.Fatal(err)
	}
	l := c.Lessons[0]
	why, task, quiz := l.Steps[0], l.Steps[1], l.Steps[2]
	if l.Title != "Arten" || why.Title != "Warum?" || why.Body(User) != "Wörter." || why.Kind != KindRead {
		t.Errorf("%+v", why)
	}
	if p := task.Task.Parts[0]; p.Say != "es ist da" || p.When == nil || p.When.Source != "inside.pid == 2" {
		t.Errorf("part %+v", p)
	}
	if h := task.Hints(User); len(h) != 1 || h[0] != "Schau." || !strings.HasPrefix(task.Solution(User), "So:") {
		t.Errorf("%q, %q", h, task.Solution(User))
	}
	if quiz.Title != "Quiz" || quiz.Quiz.Ask != "Which?" || !quiz.Quiz.Answers[0].Right {
		t.Errorf("not translated: %+v", quiz)
	}
	if len(lacks) != 1 || !strings.Contains(lacks[0].String(), `kinds.de.md:1:1: the step "quiz" is not translated`) {
		t.Errorf("lacks %v", lacks)
	}
}

// TestOutline: the outline has what a list shows, in the language that is
// wanted, and no steps.
func TestOutline(t *testing.T) {
	files := fstest.MapFS{
		"kinds.md":    {Data: []byte(english)},
		"kinds.de.md": {Data: []byte(german)},
		"other.md":    smallLesson("other", "9", "kinds"),
	}
	for language, titles := range map[string][2]string{"": {"Kinds", "T"}, "de": {"Arten", "T"}, "fr": {"Kinds", "T"}} {
		c, err := Outline(files, language)
		if err != nil {
			t.Fatal(err)
		}
		for i, l := range c.Lessons {
			if l.Title != titles[i] || len(l.Steps) > 0 {
				t.Errorf("in %q: %+v", language, l)
			}
		}
	}
	files["kinds.de.md"] = &fstest.MapFile{Data: []byte(strings.Replace(german, "language: de", "language: fr", 1))}
	files["other.md"] = smallLesson("other", "x", "kinds")
	_, err := Outline(files, "de")
	mustContain(t, err, "other.md:6:8:", "kinds.de.md:1:1: the id is")
}

// TestBadTranslation: what a translation must not say, and what has changed
// since, is told with its place.
func TestBadTranslation(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`{say: es ist da}`, `{say: es ist da, when: "true"}`, "kinds.de.md:23:"},
		{`of: "@why"}`, `of: "@why", kind: read}`, "kinds.de.md:11:"},
		{`of: "@why"}`, `of: deadbeef}`, `kinds.de.md:9:1: the step "why" has changed since it was translated`},
		{`{id: why, of: "@why"}`, `{id: way, of: x}`, `the lesson has no step "way"`},
		{"touch x", "touch y", `the step "task": the solution is not translated whole`},
		{"language: de", "language: fr", "rename one of them"},
	} {
		_, lacks, err := translate(t, strings.Replace(german, c.old, c.new, 1))
		said := ""
		if err != nil {
			said = err.Error()
		}
		for _, w := range lacks {
			said += w.String() + "\n"
		}
		if !strings.Contains(said, c.want) {
			t.Errorf("%s for %s: %s", c.new, c.old, said)
		}
	}
}
