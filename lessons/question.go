package lessons

import "github.com/goccy/go-yaml/ast"

// Prediction is a question asked before the run. Its options stand for what
// may be measured; none is right or wrong, one of them is what happened.
type Prediction struct {
	Ask     string // Markdown, one paragraph
	Options []Option
}

// Option is one thing that may happen.
type Option struct {
	ID   string // stable, kept in progress
	Text string
	Say  string     // said to those who chose it, once it was measured; may be empty
	When *Condition // holds if this is what happened
	Line int        // in the file
}

// Judge returns the id of the first option that the facts bear out, or the
// empty string when none is. The error is the first fact that could not be
// had; it matters only when no option is returned.
func (p *Prediction) Judge(env Env) (id string, err error) {
	for _, o := range p.Options {
		yes, e := o.When.Eval(env)
		if yes {
			return o.ID, nil
		}
		if e != nil && err == nil {
			err = e
		}
	}
	return "", err
}

// Option returns the option with that id, or nil.
func (p *Prediction) Option(id string) *Option {
	for i := range p.Options {
		if p.Options[i].ID == id {
			return &p.Options[i]
		}
	}
	return nil
}

// Quiz is a question with feedback for every answer.
type Quiz struct {
	Ask     string // Markdown, one paragraph
	Answers []Answer
}

// Answer is one answer to a quiz.
type Answer struct {
	ID    string
	Text  string
	Say   string // the feedback
	Right bool
}

// Answer returns the answer with that id, or nil.
func (q *Quiz) Answer(id string) *Answer {
	for i := range q.Answers {
		if q.Answers[i].ID == id {
			return &q.Answers[i]
		}
	}
	return nil
}

// options reads the options of a prediction.
func (d *document) options(n ast.Node) (out []Option) {
	ids := map[string]bool{}
	d.list(n, func(v ast.Node) {
		o := Option{Line: d.pos(v).line}
		d.object(v, "option", []field{
			{"id", true, idInto(&o.ID)},
			{"text", true, textInto(&o.Text)},
			{"say", false, textInto(&o.Say)},
			d.decides(field{"when", true, conditionInto(&o.When)}),
		})
		d.unique(v, ids, o.ID)
		out = append(out, o)
	})
	d.atLeastTwo(n, len(out))
	return out
}

// answers reads the answers of a quiz, at least one of them right.
func (d *document) answers(n ast.Node) (out []Answer) {
	ids, right := map[string]bool{}, 0
	d.list(n, func(v ast.Node) {
		var a Answer
		d.object(v, "option", []field{
			{"id", true, idInto(&a.ID)},
			{"text", true, textInto(&a.Text)},
			{"say", false, textInto(&a.Say)},
			d.decides(field{"right", false, flagInto(&a.Right)}),
		})
		d.unique(v, ids, a.ID)
		if a.Right {
			right++
		}
		out = append(out, a)
	})
	d.atLeastTwo(n, len(out))
	if len(out) > 0 && right == 0 && !d.translated {
		d.add(d.pos(n), "write right: true at one of them", "quiz: no option is right")
	}
	return out
}

// decides is a key that says what is so, which a translation leaves to the
// lesson.
func (d *document) decides(f field) field {
	if d.translated {
		return field{f.key, false, func(d *document, n ast.Node) {
			d.add(d.pos(n), "leave "+f.key+" out", "a translation has words and ids only")
		}}
	}
	return f
}

func (d *document) unique(n ast.Node, ids map[string]bool, id string) {
	if ids[id] && id != "" {
		d.add(d.pos(n), "", "a second option with the id %q", id)
	}
	ids[id] = true
}

func (d *document) atLeastTwo(n ast.Node, have int) {
	if have < 2 {
		d.add(d.pos(n), "", "%s: there must be two options or more", d.what)
	}
}
