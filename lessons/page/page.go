// Package page lays out a whole lesson at once, to be read without playing it:
// on paper, in a browser, by whoever teaches with it.
//
// [Of] puts what a learner gets to read in the order in which they read it, and
// says of each part what it is. [Page.HTML] makes a file of it that stands on
// its own; package lessons/play writes it as plain lines.
//
// A lesson may come from a stranger. What it says is text and nothing else: no
// HTML of its own, no script, nothing fetched, links to the web or to files
// beside it only.
package page

import (
	"fmt"
	"strings"

	"github.com/tentpole-labs/tentpole/lessons"
)

// Page is a lesson laid out.
type Page struct {
	Lesson *lessons.Lesson
	Opens  []Part // before the first step
	Steps  []Step
	Play   string // the command that plays it
}

// Step is one step of it.
type Step struct {
	ID, Title string
	Parts     []Part
}

// Part is a piece of a step. What has a label stands apart from the prose.
type Part struct {
	Kind     Kind
	Label    string
	Markdown string // may be empty
	Items    []Item // below it; may be empty
}

// Item is one of a list. Its words are no Markdown.
type Item struct {
	Text string
	Code bool   // the text is a line of code
	Says string // the feedback to it; may be empty
}

// Kind is what a part is.
type Kind string

// The kinds of part.
const (
	Prose    Kind = "prose"
	Sandbox  Kind = "sandbox"
	Question Kind = "question" // items are choices
	Task     Kind = "task"     // items are what is to hold
	Answer   Kind = "answer"   // to be seen after an answer
	Hint     Kind = "hint"
	Solution Kind = "solution"
	After    Kind = "after"
	Notes    Kind = "notes"
)

// Folded tells whether it is for later: to be opened, not met.
func (k Kind) Folded() bool {
	return k == Answer || k == Hint || k == Solution || k == After
}

// Options say what of a lesson is laid out.
type Options struct {
	Variant lessons.Variant // the kind of learner the texts are for
	Notes   bool            // with the speaker's notes
	Play    string          // the command that plays it; may be empty
}

// Of lays the lesson out.
func Of(l *lessons.Lesson, o Options) Page {
	p := Page{Lesson: l, Play: o.Play}
	p.Opens = kept(o,
		list(Prose, "You will be able to", texts(l.Objectives)),
		list(Prose, "You need", texts(l.Requires)),
		list(Prose, "It bears on these articles", texts(l.Sources)),
		Part{Kind: Notes, Label: "For the speaker", Markdown: l.Notes},
	)
	for i := range l.Steps {
		s := &l.Steps[i]
		p.Steps = append(p.Steps, Step{s.ID, s.Title, kept(o, parts(s, o.Variant)...)})
	}
	return p
}

// kept leaves out what is empty, and what is not asked for.
func kept(o Options, parts ...Part) []Part {
	var out []Part
	for _, p := range parts {
		if (p.Markdown != "" || len(p.Items) > 0) && (p.Kind != Notes || o.Notes) {
			out = append(out, p)
		}
	}
	return out
}

// parts are those of a step, in the order in which a learner meets them.
func parts(s *lessons.Step, v lessons.Variant) []Part {
	out := []Part{{Kind: Prose, Markdown: s.Body(v)}, {Kind: Sandbox, Label: "Sandbox", Items: sandbox(s.Run)}}
	out = append(out, asks(s)...)
	for i, h := range s.Hints(v) {
		out = append(out, Part{Kind: Hint, Label: fmt.Sprintf("Hint %d", i+1), Markdown: h})
	}
	return append(out,
		Part{Kind: Solution, Label: "Solution", Markdown: s.Solution(v)},
		Part{Kind: After, Label: "Once it is done", Markdown: s.After(v)},
		Part{Kind: After, Label: "Where the machine lacks what it requires", Markdown: s.Without(v)},
		Part{Kind: Notes, Label: "For the speaker", Markdown: s.Notes})
}

// sandbox says what a step runs in.
func sandbox(r *lessons.Run) []Item {
	if r == nil {
		return nil
	}
	words := "layers: " + strings.Join(r.Layers, ", ")
	switch {
	case r.Subject != "" && !r.Keep:
		words = "none: it runs on " + r.Subject
	case r.Keep:
		words = "that of the step before"
	case len(r.Layers) == 0:
		words = "no layers: a plain process"
	}
	out := []Item{{Text: words}}
	if r.Root != "" && r.Root != "host" {
		out = append(out, Item{Text: "root: " + r.Root})
	}
	for _, name := range sorted(r.Limits) {
		out = append(out, Item{Text: "limit: " + name + " " + r.Limits[name]})
	}
	for _, name := range sorted(r.Settings) {
		out = append(out, Item{Text: name + ": " + strings.Join(r.Settings[name], ", ")})
	}
	for _, v := range r.Volumes {
		out = append(out, Item{Text: "volume: " + v.Name + " at " + v.At})
	}
	if len(r.Requires) > 0 {
		out = append(out, Item{Text: "only where there is: " + strings.Join(r.Requires, ", ")})
	}
	if r.Experiment != "" {
		words := "experiment: " + r.Experiment
		for _, name := range sorted(r.With) {
			words += ", " + name + " " + r.With[name]
		}
		out = append(out, Item{Text: words})
	}
	return out
}
