package claims

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/network"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// format is the version of the file's format.
const format = 1

// The form of the file. Every text knows its place, for errors.
type (
	fileForm struct {
		Format   int           `yaml:"format"`
		Articles []articleForm `yaml:"articles"`
	}
	articleForm struct {
		Title  text        `yaml:"title"`
		Claims []claimForm `yaml:"claims"`
	}
	claimForm struct {
		ID    text       `yaml:"id"`
		Claim text       `yaml:"claim"`
		Runs  []runForm  `yaml:"runs"`
		Rules []ruleForm `yaml:"rules"`
		Ask   text       `yaml:"ask"`
		Needs []text     `yaml:"needs"`
	}
	runForm struct {
		Experiment text `yaml:"experiment"`
		As         text `yaml:"as"`
		On         text `yaml:"on"`
		Stage      text `yaml:"stage"`
		Layers     text `yaml:"layers"`
		Root       text `yaml:"root"`
		Network    text `yaml:"network"`
		Memory     text `yaml:"memory"`
		CPUs       text `yaml:"cpus"`
		PIDs       text `yaml:"pids"`
		Times      int  `yaml:"times"`
		Optional   bool `yaml:"optional"`
	}
	ruleForm struct {
		Verdict text `yaml:"verdict"`
		When    text `yaml:"when"`
		Say     text `yaml:"say"`
	}
)

// text is a plain value with its place.
type text struct {
	value        string
	line, column int
}

// UnmarshalYAML reads a plain value as it was written.
func (t *text) UnmarshalYAML(n ast.Node) error {
	p := n.GetToken().Position
	t.line, t.column = p.Line, p.Column
	switch n := n.(type) {
	case *ast.StringNode:
		t.value = strings.TrimSpace(n.Value)
	case *ast.LiteralNode:
		t.value = strings.TrimSpace(n.Value.Value)
	case *ast.IntegerNode, *ast.FloatNode:
		t.value = n.GetToken().Value
	default:
		return fmt.Errorf("[%d:%d] expected text", p.Line, p.Column)
	}
	return nil
}

// Parse reads a file of claims. The error is Errors: all that is wrong with it,
// each with its place. Whether the experiments exist is left to Check.
func Parse(name string, source []byte) (Set, error) {
	var f fileForm
	if err := decode(source, &f); err != nil {
		return Set{}, Errors{located(name, err)}
	}
	l := loader{file: name, seen: map[string]bool{}}
	if f.Format != format {
		l.add(text{line: 1, column: 1}, "format %d is not format %d", f.Format, format)
	}
	for _, a := range f.Articles {
		for _, c := range a.Claims {
			l.claim(a.Title.value, c)
		}
	}
	return l.set, l.errs.err()
}

// decode turns a panic of the parser into an error.
func decode(source []byte, into any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("not YAML: %v", p)
		}
	}()
	return yaml.UnmarshalWithOptions(source, into, yaml.Strict())
}

var bracketed = regexp.MustCompile(`\[(\d+):(\d+)\] ?`)

// located finds the place of an error of the YAML library.
func located(name string, err error) *Error {
	e := &Error{File: name, Line: 1, Column: 1, Message: err.Error()}
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil {
		e.Line, e.Column, e.Message = at.GetToken().Position.Line, at.GetToken().Position.Column, at.GetMessage()
	} else if m := bracketed.FindStringSubmatch(e.Message); m != nil {
		fmt.Sscan(m[1], &e.Line)
		fmt.Sscan(m[2], &e.Column)
	}
	e.Message, _, _ = strings.Cut(bracketed.ReplaceAllString(e.Message, ""), "\n")
	return e
}

// loader checks what the file says and collects what is wrong.
type loader struct {
	file string
	set  Set
	errs Errors
	seen map[string]bool // IDs of claims
}

func (l *loader) place(t text) place { return place{l.file, max(t.line, 1), max(t.column, 1)} }

func (l *loader) add(at text, format string, args ...any) {
	l.errs = append(l.errs, l.place(at).error(format, args...))
}

var (
	claimID = regexp.MustCompile(`^[A-Z][0-9]{1,3}$`)
	runName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

func (l *loader) claim(article string, f claimForm) {
	c := Claim{ID: f.ID.value, Article: article, Claim: oneLine(f.Claim.value), Ask: oneLine(f.Ask.value), at: l.place(f.ID)}
	switch {
	case !claimID.MatchString(c.ID):
		l.add(f.ID, "%q is not the id of a claim: a letter and a number", c.ID)
	case l.seen[c.ID]:
		l.add(f.ID, "claim %s is there twice", c.ID)
	}
	l.seen[c.ID] = true
	if c.Claim == "" || article == "" {
		l.add(f.ID, "%s: a claim has an article with a title, and a sentence", c.ID)
	}
	for _, n := range f.Needs {
		if needs[n.value] == "" {
			l.add(n, "%s: nothing is known of %q", c.ID, n.value)
		}
		c.Needs = append(c.Needs, needs[n.value])
	}
	if len(f.Rules) == 0 && len(f.Needs) == 0 {
		l.add(f.ID, "%s: without rules it needs something that is missing", c.ID)
	}
	names := map[string]bool{}
	for _, r := range f.Runs {
		one := l.run(c.ID, r)
		if names[one.name] {
			l.add(r.Experiment, "%s: two runs are called %q", c.ID, one.name)
		}
		names[one.name] = true
		c.runs = append(c.runs, one)
	}
	l.rules(&c, f.Rules)
	l.set.Claims = append(l.set.Claims, c)
}

func (l *loader) run(claim string, f runForm) run {
	r := run{name: f.As.value, experiment: f.Experiment.value, times: max(f.Times, 1), optional: f.Optional, at: l.place(f.Experiment)}
	if r.name == "" {
		r.name = strings.ReplaceAll(r.experiment, "-", "_")
	}
	if !runName.MatchString(r.name) || reserved[r.name] {
		l.add(f.Experiment, "%s: %q cannot be the name of a run", claim, r.name)
	}
	if r.times > 9 {
		l.add(f.Experiment, "%s: more than 9 times", claim)
	}
	r.id = r.experiment + "@" + f.On.value
	if f.On.value != "" {
		l.on(claim, f)
		r.kind = f.On.value
		return r
	}
	if f.Stage.value == "" && f.Layers.value == "" {
		f.Stage.value = "container"
	}
	for _, flag := range flags {
		v := flag.of(f)
		if v.value == "" {
			continue
		}
		if err := flag.read(&r.spec, v.value); err != nil {
			l.add(v, "%s: %v", claim, err)
		}
		r.id += flag.prefix + v.value
	}
	if err := r.spec.Validate(); err != nil {
		l.add(f.Experiment, "%s: %v", claim, err)
	}
	return r
}

// on checks a run on another kind of subject, which has layers of its own.
func (l *loader) on(claim string, f runForm) {
	if _, err := subject.Find(f.On.value); err != nil || f.On.value == subject.Sandbox {
		l.add(f.On, "%s: %q is no other subject than a sandbox", claim, f.On.value)
	}
	for _, flag := range flags {
		if v := flag.of(f); v.value != "" {
			l.add(v, "%s: %q is for a sandbox, and %s is none", claim, v.value, f.On.value)
		}
	}
}

// flags are what a run says of its sandbox, as on the command line.
var flags = []struct {
	prefix string
	of     func(runForm) text
	read   func(*sandbox.Spec, string) error
}{
	{"", func(f runForm) text { return f.Stage }, stage},
	{"+", func(f runForm) text { return f.Layers }, func(s *sandbox.Spec, word string) error {
		more, err := sandbox.ParseLayers(word)
		s.Layers |= more
		return err
	}},
	{" root=", func(f runForm) text { return f.Root }, func(s *sandbox.Spec, word string) (err error) {
		s.Root, s.Source, err = sandbox.ParseRoot(word)
		return err
	}},
	{" network=", func(f runForm) text { return f.Network }, func(s *sandbox.Spec, word string) error {
		s.Network = network.Kind(word)
		return nil
	}},
	{" memory=", func(f runForm) text { return f.Memory }, func(s *sandbox.Spec, word string) (err error) {
		s.Limits.Memory, err = cgroup.ParseBytes("memory limit", word)
		return err
	}},
	{" cpus=", func(f runForm) text { return f.CPUs }, func(s *sandbox.Spec, word string) (err error) {
		s.Limits.CPUs, err = cgroup.ParseCPUs(word)
		return err
	}},
	{" pids=", func(f runForm) text { return f.PIDs }, func(s *sandbox.Spec, word string) (err error) {
		s.Limits.PIDs, err = cgroup.ParsePIDs(word)
		return err
	}},
}

func stage(s *sandbox.Spec, word string) error {
	rung, err := sandbox.ParseStage(word)
	s.Layers, s.Root, s.Partial = rung.Layers, rung.Root, true
	return err
}

func (l *loader) rules(c *Claim, forms []ruleForm) {
	compile := newCompiler(c.runs)
	for i, f := range forms {
		r := rule{verdict: Verdict(f.Verdict.value)}
		if r.verdict.Mark() == "" {
			l.add(f.Verdict, "%s: %q is not a verdict (possible: %v)", c.ID, r.verdict, Verdicts)
		}
		var err error
		if f.When.value != "" {
			if r.when, err = compile.condition(f.When.value); err != nil {
				l.add(f.When, "%s: %v", c.ID, err)
			}
		} else if i < len(forms)-1 {
			l.add(f.Verdict, "%s: the rules after one without a condition are never reached", c.ID)
		}
		if r.say, err = compile.sentence(oneLine(f.Say.value)); err != nil {
			l.add(f.Say, "%s: %v", c.ID, err)
		}
		c.rules = append(c.rules, r)
	}
}

// oneLine folds the lines of a block of text.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
