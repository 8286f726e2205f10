package page

import (
	"maps"
	"slices"

	"github.com/tentpole-labs/tentpole/lessons"
)

// asks are the parts of what a step asks for, and of what is said to it.
func asks(s *lessons.Step) []Part {
	var out []Part
	if s.Predict != nil {
		out = append(out, predict(s.Predict)...)
	}
	if s.Task != nil {
		out = append(out, task(s.Task)...)
	}
	if s.Quiz != nil {
		out = append(out, quiz(s.Quiz)...)
	}
	if s.Order != nil {
		out = append(out, order(s.Order)...)
	}
	if s.Explain != nil {
		out = append(out,
			Part{Kind: Question, Label: "In your own words", Markdown: s.Explain.Ask},
			list(Answer, "What to look for in them", texts(s.Explain.Points)))
	}
	return out
}

func predict(p *lessons.Prediction) []Part {
	var options, said []Item
	for _, o := range p.Options {
		options = append(options, Item{Text: o.Text})
		said = append(said, Item{Text: o.Text, Says: o.Say})
	}
	if !slices.ContainsFunc(said, func(i Item) bool { return i.Says != "" }) {
		said = nil
	}
	return []Part{
		{Kind: Question, Label: "Before you run it", Markdown: p.Ask, Items: options},
		list(Answer, "What is said to each prediction", said),
	}
}

func task(t *lessons.Task) []Part {
	var parts, mistakes []Item
	for _, p := range t.Parts {
		parts = append(parts, Item{Text: p.Say})
	}
	for _, m := range t.Mistakes {
		mistakes = append(mistakes, Item{Text: m.Say})
	}
	label := "Done when all of this holds"
	if t.Ordered {
		label = "Done one after the other"
	}
	return []Part{list(Task, label, parts), list(Answer, "Known mistakes", mistakes)}
}

func quiz(q *lessons.Quiz) []Part {
	var options, said []Item
	for _, a := range q.Answers {
		options = append(options, Item{Text: a.Text})
		if a.Right {
			said = append(said, Item{Text: a.Text + " (right)", Says: a.Say})
		} else {
			said = append(said, Item{Text: a.Text, Says: a.Say})
		}
	}
	return []Part{
		{Kind: Question, Label: "Question", Markdown: q.Ask, Items: options},
		list(Answer, "Answer", said),
	}
}

func order(o *lessons.Order) []Part {
	var shown, right []Item
	for _, id := range o.Shuffled() {
		shown = append(shown, Item{Text: o.Line(id).Text, Code: true})
	}
	for _, l := range o.Lines {
		right = append(right, Item{Text: l.Text, Code: true, Says: l.Say})
	}
	return []Part{
		{Kind: Question, Label: "Put into order", Markdown: o.Ask, Items: shown},
		{Kind: Answer, Label: "An order that works", Items: right},
		list(Answer, "Said when it is done", texts([]string{o.Say})),
	}
}

// list is a part with items only, less those that are empty.
func list(kind Kind, label string, items []Item) Part {
	return Part{Kind: kind, Label: label, Items: slices.DeleteFunc(items, func(i Item) bool { return i.Text == "" })}
}

func texts(words []string) []Item {
	out := make([]Item, len(words))
	for i, w := range words {
		out[i] = Item{Text: w}
	}
	return out
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
