package lessons

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// asked is what a step directive asks for, before it is resolved against the
// sandbox of the steps above.
type asked struct {
	add, remove, layers, observe []string
	limits                       map[string]string
	root                         string
	sandbox                      sandboxWord
	experiment                   string
	with                         map[string]string
	expect                       Outcome
	expectFor                    map[Variant]Outcome
	broken                       bool // reported already: do not report what follows from it
}

// sandboxWord says whether a step starts a new sandbox or goes on in one.
type sandboxWord string

const (
	fresh sandboxWord = "fresh"
	keep  sandboxWord = "keep"
)

func (b *builder) stepDirective(at place, source string) {
	if len(b.step.body) > 0 && b.step.body.For("") != "" {
		b.add(at, "move it right below the heading", "text between the heading and its step directive")
	}
	before := len(b.errs)
	defer func() { b.asked.broken = len(b.errs) > before }()
	d, n := b.document("step", at, source)
	if n == nil {
		return
	}
	s, a, k := b.step, &b.asked, b.known
	if b.translated != nil {
		var of string
		d.object(n, d.what, []field{{"id", true, idInto(&s.ID)}, {"of", true, textInto(&of)}})
		b.translated[s.ID] = of
		return
	}
	fields := []field{
		{"id", true, idInto(&s.ID)},
		{"kind", true, wordInto(&s.Kind, "kind of step", kinds)},
		{"debrief", false, wordInto(&s.Debrief, "debrief", debriefs)},
		{"add", false, wordsInto(&a.add, "layer", k.Layers)},
		{"remove", false, wordsInto(&a.remove, "layer", k.Layers)},
		{"limits", false, a.readLimits},
		{"layers", false, wordsInto(&a.layers, "layer", k.Layers)},
		{"root", false, wordInto(&a.root, "root", k.Roots)},
		{"sandbox", false, wordInto(&a.sandbox, "sandbox", []sandboxWord{fresh, keep})},
		{"experiment", false, wordInto(&a.experiment, "experiment", k.Experiments)},
		{"with", false, mapInto(&a.with)},
		{"observe", false, a.readRows(k.Rows)},
		{"expect", false, wordInto(&a.expect, "outcome", outcomes)},
		{"variant", false, a.readVariants},
	}
	d.object(n, d.what, fields)
	if m, ok := n.(*ast.MappingNode); ok {
		for _, pair := range m.Values {
			b.seen["step "+pair.Key.GetToken().Value] = d.pos(pair.Key)
		}
	}
}

// limitNames are the limits that a step may set. What they may be is for the
// engine to say.
var limitNames = []string{"memory", "memory-high", "swap", "cpus", "cpu-weight", "pids", "io"}

// readLimits reads limits: {memory: 64M, pids: 32}.
func (a *asked) readLimits(d *document, n ast.Node) {
	mapInto(&a.limits)(d, n)
	if m, ok := n.(*ast.MappingNode); ok {
		for _, pair := range m.Values {
			d.oneOf(d.pos(pair.Key), "limit", pair.Key.GetToken().Value, limitNames)
		}
	}
}

// rowOfPath begins a row that compares a path, of which there is any number.
const rowOfPath = "path:/"

// readRows reads ids of rows on the board.
func (a *asked) readRows(known []string) func(*document, ast.Node) {
	return func(d *document, n ast.Node) {
		var rows []string
		if known != nil {
			rows = slices.Clone(known)
			d.list(n, func(v ast.Node) {
				if tk := v.GetToken(); strings.HasPrefix(tk.Value, rowOfPath) {
					rows = append(rows, tk.Value)
				}
			})
		}
		wordsInto(&a.observe, "row on the board", rows)(d, n)
	}
}

// readVariants reads variant: {user: {expect: one-way}}.
func (a *asked) readVariants(d *document, n ast.Node) {
	a.expectFor = map[Variant]Outcome{}
	var fields []field
	for _, v := range variants {
		fields = append(fields, field{string(v), false, func(d *document, n ast.Node) {
			var o Outcome
			d.object(n, "variant", []field{{"expect", true, wordInto(&o, "outcome", outcomes)}})
			a.expectFor[v] = o
		}})
	}
	d.object(n, "variant", fields)
}

// sandboxKeys are the keys that only make sense with a sandbox.
var sandboxKeys = []string{"add", "remove", "limits", "layers", "root", "sandbox", "experiment", "with", "observe", "expect", "variant"}

// resolve works out the sandbox of the step from what it asks for and from
// the steps above, and reports what does not go together.
func (b *builder) resolve() {
	s, a := b.step, &b.asked
	if s.Debrief != "" && s.Kind != KindRead {
		b.add(b.seen["step debrief"], "leave debrief out", "only a step of kind read is a debrief")
	}
	if s.Kind != KindPredict && s.Kind != KindRun && s.Kind != KindTask {
		b.refuse(sandboxKeys, "a step of kind "+string(s.Kind)+" has no sandbox")
		return
	}
	if s.Kind != KindRun {
		b.refuse([]string{"experiment", "with", "expect", "variant"}, "only a step of kind run has an experiment")
	} else if a.experiment == "" {
		b.refuse([]string{"with", "expect", "variant"}, "there is no experiment in this step")
	}
	if a.sandbox == keep {
		b.refuse([]string{"add", "remove", "layers", "root", "limits"}, "a sandbox that is kept does not change")
		if !b.raised {
			b.add(b.seen["step sandbox"], "leave the key out", "there is no sandbox to keep yet")
		}
	}
	added, removed := b.raise()
	s.Run = &Run{
		Layers: slices.Clone(b.layers), Added: added, Removed: removed, Root: b.root, Limits: b.limits, Keep: a.sandbox == keep,
		Experiment: a.experiment, With: a.with, Observe: a.observe, expect: map[Variant]Outcome{},
	}
	for _, v := range variants {
		s.Run.expect[v] = a.expect
		if o, ok := a.expectFor[v]; ok {
			s.Run.expect[v] = o
		}
	}
	s.Run.ExpectLine = max(b.seen["step expect"].line, b.seen["step variant"].line, s.Line)
	b.raised = true
}

// raise brings layers and root up to date and returns what is new.
func (b *builder) raise() (added, removed []string) {
	a := &b.asked
	before := b.layers
	if a.layers != nil {
		if a.add != nil {
			b.add(b.seen["step add"], "keep one of them", "both add and layers")
		}
		b.layers = a.layers
	}
	for _, l := range a.add {
		if slices.Contains(b.layers, l) {
			b.add(b.seen["step add"], "leave it out", "the layer %s is there already", l)
			continue
		}
		b.layers = append(slices.Clone(b.layers), l)
	}
	for _, l := range a.remove {
		if !slices.Contains(b.layers, l) {
			b.add(b.seen["step remove"], "leave it out", "the layer %s is not there", l)
		}
	}
	b.layers = slices.DeleteFunc(slices.Clone(b.layers), func(l string) bool { return slices.Contains(a.remove, l) })
	for _, l := range before {
		if !slices.Contains(b.layers, l) {
			removed = append(removed, l)
		}
	}
	for _, l := range b.layers {
		if !slices.Contains(before, l) {
			added = append(added, l)
		}
	}
	if a.root != "" {
		b.root = a.root
	}
	if a.limits != nil {
		b.limits = a.limits
	}
	return added, removed
}

// refuse reports those keys of the step directive that are there.
func (b *builder) refuse(keys []string, why string) {
	for _, key := range keys {
		if at, ok := b.seen["step "+key]; ok {
			b.add(at, "leave "+key+" out", "%s", why)
		}
	}
}
