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
	settings                     map[string][]string
	volumes                      []Mounted // nil: those of the step before
	requires                     []string
	holds                        []*Condition
	holdsFor                     map[Variant][]*Condition
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
		{"limits", false, a.readLimits(k)},
		{"layers", false, wordsInto(&a.layers, "layer", k.Layers)},
		{"root", false, wordInto(&a.root, "root", k.Roots)},
		{"sandbox", false, wordInto(&a.sandbox, "sandbox", []sandboxWord{fresh, keep})},
		{"experiment", false, wordInto(&a.experiment, "experiment", k.Experiments)},
		{"with", false, mapInto(&a.with)},
		{"volumes", false, a.readVolumes},
		{"requires", false, wordsInto(&a.requires, "feature", needable(k))},
		{"observe", false, a.readRows(k.Rows)},
		{"expect", false, wordInto(&a.expect, "outcome", expected)},
		{"holds", false, conditionsInto(&a.holds)},
		{"variant", false, a.readVariants},
	}
	fields = append(fields, a.settingFields(k)...)
	d.object(n, d.what, fields)
	if m, ok := n.(*ast.MappingNode); ok {
		for _, pair := range m.Values {
			b.seen["step "+pair.Key.GetToken().Value] = d.pos(pair.Key)
		}
	}
}

// needable are the words that a step may require; nil where they are not known.
func needable(k Known) []string { return append(slices.Clip(k.Features), k.Subjects...) }

// limitNames are the limits that a step may set. What they may be is for the
// engine to say.
var limitNames = []string{"memory", "memory-high", "swap", "cpus", "cpu-weight", "pids", "io"}

// readLimits reads limits: {memory: 64M, pids: 32}.
func (a *asked) readLimits(known Known) func(*document, ast.Node) {
	return func(d *document, n ast.Node) {
		mapInto(&a.limits)(d, n)
		m, ok := n.(*ast.MappingNode)
		if !ok {
			return
		}
		for _, pair := range m.Values {
			name := pair.Key.GetToken().Value
			if !d.oneOf(d.pos(pair.Key), "limit", name, limitNames) || known.Limit == nil {
				continue
			}
			if err := known.Limit(name, a.limits[name]); err != nil {
				d.add(d.pos(pair.Value), "", "%v", err)
			}
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
	a.expectFor, a.holdsFor = map[Variant]Outcome{}, map[Variant][]*Condition{}
	var fields []field
	for _, v := range variants {
		fields = append(fields, field{string(v), false, func(d *document, n ast.Node) {
			var o Outcome
			var holds []*Condition
			d.object(n, "variant", []field{
				{"expect", false, wordInto(&o, "outcome", expected)},
				{"holds", false, conditionsInto(&holds)},
			})
			if o != "" {
				a.expectFor[v] = o
			}
			if holds != nil {
				a.holdsFor[v] = holds
			}
			if m, ok := n.(*ast.MappingNode); ok && len(m.Values) == 0 {
				d.add(d.pos(n), "add expect: or holds:", "variant: %s says nothing", v)
			}
		}})
	}
	d.object(n, "variant", fields)
}

// sandboxKeys are the keys that only make sense with a sandbox.
var sandboxKeys = slices.Concat(sandboxMade, []string{"requires", "sandbox", "experiment", "with", "observe", "expect", "holds", "variant"})

// sandboxMade are those that say what the sandbox is made of.
var sandboxMade = slices.Concat([]string{"add", "remove", "layers", "root", "limits", "volumes"}, settingKeys())

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
		b.refuse([]string{"experiment", "with", "expect"}, "only a step of kind run has an experiment")
	}
	if s.Kind == KindRun && a.experiment == "" {
		b.refuse([]string{"with", "expect"}, "there is no experiment in this step")
	}
	if len(a.expectFor) > 0 && (s.Kind != KindRun || a.experiment == "") {
		b.refuse([]string{"variant"}, "it states an outcome, and there is no experiment in this step")
	}
	b.checkArguments()
	b.checkSubject()
	if a.sandbox == keep {
		b.refuse(sandboxMade, "a sandbox that is kept does not change")
		if !b.raised {
			b.add(b.seen["step sandbox"], "leave the key out", "there is no sandbox to keep yet")
		}
	}
	s.Run = b.madeOf()
	for _, v := range variants {
		s.Run.expect[v], s.Run.holds[v] = a.expect, a.holds
		if o, ok := a.expectFor[v]; ok {
			s.Run.expect[v] = o
		}
		if holds, ok := a.holdsFor[v]; ok {
			s.Run.holds[v] = holds
		}
	}
	s.Run.ExpectLine = max(b.seen["step expect"].line, b.seen["step variant"].line, s.Line)
	b.raised, b.subject = true, s.Run.Subject
}

// madeOf is what the step runs in: a sandbox as it stands after the steps so far,
// or another subject, which has layers of its own.
func (b *builder) madeOf() *Run {
	a := &b.asked
	r := &Run{
		Keep: a.sandbox == keep, Requires: a.requires, Subject: a.with[subjectArgument],
		Experiment: a.experiment, With: a.with, Observe: a.observe, expect: map[Variant]Outcome{}, holds: map[Variant][]*Condition{},
	}
	if r.Subject != "" {
		if !slices.Contains(r.Requires, r.Subject) {
			r.Requires = append(slices.Clip(r.Requires), r.Subject)
		}
		return r
	}
	r.Added, r.Removed = b.raise()
	r.Layers, r.Root, r.Limits, r.Settings, r.Volumes = slices.Clone(b.layers), b.root, b.limits, b.settings, b.volumes
	return r
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
	if a.volumes != nil {
		b.volumes = a.volumes
	}
	b.applySettings()
	return added, removed
}

// subjectArgument is one that every experiment takes: what it runs on.
const subjectArgument = "subject"

// checkSubject reports a subject that is none, or that does not go with the rest.
func (b *builder) checkSubject() {
	a := &b.asked
	word, at := a.with[subjectArgument], b.seen["step with"]
	if a.sandbox == keep && b.raised && word != b.subject && !a.broken {
		b.add(b.seen["step sandbox"], "name the same in with, or leave sandbox out", "it keeps %s and runs on %s", subjectName(b.subject), subjectName(word))
	}
	if word == "" {
		for _, row := range a.observe {
			if slices.Contains(b.known.KernelRows, row) {
				b.add(b.seen["step observe"], "name a subject in with, such as vm", "the row %s is there only where the kernel is another", row)
			}
		}
		return
	}
	if b.known.Subjects != nil {
		b.oneOf(at, "subject", word, b.known.Subjects)
	}
	if a.sandbox != keep {
		b.refuse(sandboxMade, "it is about a sandbox, and the step runs on "+word)
	}
}

// checkWithout reports what nobody would ever read.
func (b *builder) checkWithout() {
	if at, ok := b.seen["without"]; ok && (b.step.Run == nil || len(b.step.Run.Requires) == 0) {
		b.add(at, "say what in requires", "without: the step requires nothing")
	}
}

// subjectName is what a step runs on, in words.
func subjectName(word string) string {
	if word == "" {
		return "a sandbox"
	}
	return word
}

// checkArguments reports arguments that the step's experiment does not take.
func (b *builder) checkArguments() {
	takes, known := b.known.Arguments[b.asked.experiment]
	if b.known.Arguments == nil || b.asked.experiment == "" || b.asked.broken {
		return
	}
	for name := range b.asked.with {
		if name == subjectArgument {
			continue
		}
		if !known {
			b.add(b.seen["step with"], "leave with out", "the experiment %s takes no arguments", b.asked.experiment)
			return
		}
		b.oneOf(b.seen["step with"], "argument of "+b.asked.experiment, name, append(slices.Clip(takes), subjectArgument))
	}
}

// refuse reports those keys of the step directive that are there.
func (b *builder) refuse(keys []string, why string) {
	for _, key := range keys {
		if at, ok := b.seen["step "+key]; ok {
			b.add(at, "leave "+key+" out", "%s", why)
		}
	}
}
