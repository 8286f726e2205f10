package lessons

import "github.com/goccy/go-yaml/ast"

// Task is something to do by hand inside the sandbox. It is checked against
// facts, never against what was typed.
type Task struct {
	Parts []Part
	// Ordered parts are done one after the other: a part is looked at once
	// those before it are done, and a part once done stays done. The parts of
	// other tasks must all hold at the same time.
	Ordered bool
	// Mistakes are what the author has seen others do: the first whose
	// condition holds is said while the task is not done.
	Mistakes []Mistake
}

// Mistake is a known way to miss what a task asks for.
type Mistake struct {
	Say  string // Markdown: "you made the file on the host"
	When *Condition
	Line int // in the file
}

// Mistaken returns what to say of a known mistake, or nothing.
func (t *Task) Mistaken(env Env) string {
	for _, m := range t.Mistakes {
		if yes, _ := m.When.Eval(env); yes { // a fact that cannot be had is no mistake
			return m.Say
		}
	}
	return ""
}

// Part is one line of a task's list.
type Part struct {
	Say  string // Markdown; true once the part is done: "/tmp inside is a tmpfs"
	When *Condition
	Line int // in the file
}

// PartResult is how one part stands.
type PartResult struct {
	Say  string
	Done bool
	Err  error // a fact that could not be had; nil for a part not yet looked at
}

// Check looks at the facts and says how each part stands. For an ordered task
// pass the results of the check before.
func (t *Task) Check(env Env, before ...PartResult) []PartResult {
	out := make([]PartResult, len(t.Parts))
	for i, p := range t.Parts {
		out[i].Say = p.Say
		if t.Ordered {
			if i < len(before) && before[i].Done {
				out[i].Done = true
				continue
			}
			if i > 0 && !out[i-1].Done {
				continue
			}
		}
		out[i].Done, out[i].Err = p.When.Eval(env)
	}
	return out
}

// Done tells whether every part is done.
func Done(parts []PartResult) bool {
	for _, p := range parts {
		if !p.Done {
			return false
		}
	}
	return len(parts) > 0
}

func (d *document) mistakes(n ast.Node) (out []Mistake) {
	d.list(n, func(v ast.Node) {
		m := Mistake{Line: d.pos(v).line}
		d.object(v, "mistake", []field{
			{"say", true, textInto(&m.Say)},
			d.decides(field{"when", true, conditionInto(&m.When)}),
		})
		out = append(out, m)
	})
	return out
}

func (d *document) parts(n ast.Node) (out []Part) {
	d.list(n, func(v ast.Node) {
		p := Part{Line: d.pos(v).line}
		d.object(v, "part", []field{
			{"say", true, textInto(&p.Say)},
			d.decides(field{"when", true, conditionInto(&p.When)}),
		})
		out = append(out, p)
	})
	if len(out) == 0 {
		d.add(d.pos(n), "", "task: there must be a part")
	}
	return out
}
