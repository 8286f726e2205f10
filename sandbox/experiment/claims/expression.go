package claims

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

// seen is what rules see of a run.
type seen struct {
	Outcome string `expr:"outcome"`
	Reason  string `expr:"reason"`
	// Tried tells that it was not n/a.
	Tried    bool                              `expr:"tried"`
	Number   func(string) (number, error)      `expr:"number"`
	Observed func(string) (observation, error) `expr:"observed"`
	// Has tells whether there is a number or an observation of that ID.
	Has func(string) bool `expr:"has"`
}

type number struct {
	Value float64 `expr:"value"`
	Least float64 `expr:"least"`
	Most  float64 `expr:"most"`
	Unit  string  `expr:"unit"`
	full  experiment.Number
}

type observation struct {
	Outcome string `expr:"outcome"`
	Inside  string `expr:"inside"`
	Host    string `expr:"host"`
	By      string `expr:"by"`
}

// functions are those of the language that rules may use. None loops.
var functions = []string{"abs", "max", "min", "round", "floor", "len", "string", "int"}

// reserved cannot be names of runs.
var reserved = func() map[string]bool {
	words := map[string]bool{"let": true, "if": true, "else": true, "in": true, "not": true, "and": true, "or": true,
		"matches": true, "contains": true, "true": true, "false": true, "nil": true}
	for _, f := range functions {
		words[f] = true
	}
	return words
}()

// expression is compiled from its source.
type expression struct {
	source  string
	program *vm.Program
}

// compiler compiles the expressions of one claim.
type compiler struct{ options []expr.Option }

func newCompiler(runs []run) compiler {
	env := map[string]any{}
	for _, r := range runs {
		env[r.name] = seen{}
	}
	options := []expr.Option{expr.Env(env), expr.MaxNodes(300), expr.DisableAllBuiltins()}
	for _, f := range functions {
		options = append(options, expr.EnableBuiltin(f))
	}
	return compiler{options}
}

func (c compiler) condition(source string) (*expression, error) {
	return c.compile(source, expr.AsBool())
}

// compile checks the expression against what the runs of its claim can tell.
func (c compiler) compile(source string, more ...expr.Option) (_ *expression, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%q is not understood: %v", source, p)
		}
	}()
	program, err := expr.Compile(source, slices.Concat(c.options, more)...)
	if err != nil {
		return nil, fmt.Errorf("in %q: %w", source, plain(err))
	}
	return &expression{source, program}, nil
}

// eval runs the expression over what was seen.
func (e *expression) eval(env map[string]any) (v any, err error) {
	defer func() {
		if p := recover(); p != nil {
			v, err = nil, fmt.Errorf("in %q: %v", e.source, p)
		}
	}()
	v, err = expr.Run(e.program, env)
	if err != nil {
		return nil, fmt.Errorf("in %q: %w", e.source, plain(err))
	}
	return v, nil
}

// plain takes the drawing of the source out of an error of expr.
func plain(err error) error {
	var at *file.Error
	if !errors.As(err, &at) {
		return err
	}
	if cause := errors.Unwrap(at); cause != nil {
		return cause
	}
	line, _, _ := strings.Cut(at.Message, "\n")
	return errors.New(strings.ReplaceAll(line, "claims.", ""))
}

// evidence is what rules see of all runs of a claim, and what they looked at.
type evidence struct {
	env  map[string]any
	used []Used
}

func newEvidence(c Claim, ran map[string]Ran) *evidence {
	e := &evidence{env: map[string]any{}}
	for _, r := range c.runs {
		e.env[r.name] = e.of(ran[r.id])
	}
	return e
}

func (e *evidence) of(r Ran) seen {
	return seen{
		Outcome: string(r.Outcome), Reason: r.Reason, Tried: r.Outcome != experiment.NotApplicable,
		Number: func(id string) (number, error) {
			n, ok := r.number(id)
			if !ok {
				return number{}, fmt.Errorf("%s has no number %q (there are: %s)", r.ID, id, listed(r.ids().numbers))
			}
			e.use(r.ID, n)
			return number{n.Value, n.Least, n.Most, n.Unit, n}, nil
		},
		Observed: func(id string) (observation, error) {
			o, ok := r.observed(id)
			if !ok {
				return observation{}, fmt.Errorf("%s has no observation %q (there are: %s)", r.ID, id, listed(r.ids().observations))
			}
			return observation{string(o.Outcome), o.Inside, o.Host, string(o.By)}, nil
		},
		Has: func(id string) bool {
			ids := r.ids()
			return ids.numbers[id] || ids.observations[id]
		},
	}
}

// use notes that a rule looked at a number.
func (e *evidence) use(run string, n experiment.Number) {
	u := Used{Run: run, Number: n}
	if !slices.ContainsFunc(e.used, func(o Used) bool { return o.Run == run && o.ID == n.ID }) {
		e.used = append(e.used, u)
	}
}

func listed(ids map[string]bool) string {
	if len(ids) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(ids)), " ")
}
