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

func (d *document) parts(n ast.Node) (out []Part) {
	d.list(n, func(v ast.Node) {
		p := Part{Line: d.pos(v).line}
		d.object(v, "part", []field{
			{"say", true, textInto(&p.Say)},
			{"when", true, conditionInto(&p.When)},
		})
		out = append(out, p)
	})
	if len(out) == 0 {
		d.add(d.pos(n), "", "task: there must be a part")
	}
	return out
}
