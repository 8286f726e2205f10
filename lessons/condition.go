package lessons

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	exprcompiler "github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// Condition is a question about facts, answered yes or no, written in the
// language of expr-lang.org. There are no loops in it, so evaluating one takes
// no longer than the facts it asks for.
type Condition struct {
	Source  string
	Line    int // in the file of the lesson
	Column  int
	program *vm.Program
	asks    asks
}

// scope is what a condition sees: the facts, and words to write numbers with.
type scope struct {
	Env
	KiB       int `expr:"KiB"`
	MiB       int `expr:"MiB"`
	GiB       int `expr:"GiB"`
	Unlimited int `expr:"unlimited"`
}

// Eval answers the condition. The error says which fact could not be had.
func (c *Condition) Eval(env Env) (yes bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			yes, err = false, fmt.Errorf("condition %q: %v", c.Source, p)
		}
	}()
	v, err := expr.Run(c.program, scope{Env: env, KiB: 1 << 10, MiB: 1 << 20, GiB: 1 << 30, Unlimited: Unlimited})
	if err != nil {
		return false, fmt.Errorf("condition %q: %w", c.Source, withoutSnippet(err))
	}
	yes, _ = v.(bool) // compiled to be nothing else
	return yes, nil
}

// withoutSnippet takes the drawing of the source out of an error of expr, and
// keeps the error of the fact that it wraps.
func withoutSnippet(err error) error {
	var at *file.Error
	if !errors.As(err, &at) {
		return err
	}
	if cause := errors.Unwrap(at); cause != nil {
		return cause
	}
	if strings.Contains(at.Message, "call of nil function") {
		return errors.New("this fact cannot be read here")
	}
	return errors.New(at.Message)
}

// compiler compiles the conditions of one lesson. It is expr.Compile with its
// tables built once instead of once a condition, which is most of its time.
type compiler struct{ config *conf.Config }

// conditionFunctions are the functions a condition may use. None loops and
// none reads the clock.
var conditionFunctions = []string{"len", "string", "int", "lower", "upper", "trim"}

func newCompiler() *compiler {
	c := conf.CreateNew()
	opts := []expr.Option{expr.Env(scope{}), expr.AsBool(), expr.Patch(reader{}), expr.MaxNodes(200), expr.DisableAllBuiltins()}
	for _, name := range conditionFunctions {
		opts = append(opts, expr.EnableBuiltin(name))
	}
	for _, opt := range opts {
		opt(c)
	}
	for name := range c.Disabled {
		delete(c.Builtins, name)
	}
	c.Check()
	return &compiler{c}
}

// compile turns source into a condition. The error is about the character
// at the returned offset, counted from 0.
func (c *compiler) compile(source string) (_ *Condition, offset int, remedy string, err error) {
	loops := &loopFinder{}
	var asks asks
	program, err := c.program(source, loops, &asks)
	if err != nil {
		offset, remedy, err = explain(err)
		return nil, offset, remedy, err
	}
	if loops.what != "" {
		return nil, loops.at, "compare facts with == != < > in, and join with and, or, not",
			fmt.Errorf("%s is not part of the language of conditions", loops.what)
	}
	return &Condition{Source: source, program: program, asks: asks}, 0, "", nil
}

// program checks and compiles; a panic of the compiler becomes an error.
func (c *compiler) program(source string, visitors ...ast.Visitor) (_ *vm.Program, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("not understood: %v", v)
		}
	}()
	tree, err := checker.ParseCheck(source, c.config)
	if err != nil {
		return nil, err
	}
	for _, v := range visitors {
		ast.Walk(&tree.Node, v)
	}
	return exprcompiler.Compile(tree, c.config)
}

// loopFinder finds what could make a condition run for long.
type loopFinder struct {
	what string
	at   int
}

// Visit implements ast.Visitor.
func (f *loopFinder) Visit(node *ast.Node) {
	what := ""
	switch n := (*node).(type) {
	case *ast.PredicateNode:
		what = "a loop"
	case *ast.BinaryNode:
		if n.Operator == ".." {
			what = "a range"
		}
	case *ast.VariableDeclaratorNode:
		what = "let"
	}
	if what != "" && f.what == "" {
		f.what, f.at = what, (*node).Location().From
	}
}

var (
	goType    = regexp.MustCompile(`type (\*?lessons\.)?(\w+) has no (?:field|method) (\w+)`)
	noName    = regexp.MustCompile(`unknown name (\w+)`)
	typeNames = strings.NewReplacer("lessons.", "", "uint64", "a number", "int", "a number", "bool", "yes or no", "string", "text")
)

// explain says what expr has to say in words of the format.
func explain(err error) (offset int, remedy string, out error) {
	var at *file.Error
	if !errors.As(err, &at) {
		return 0, "", errors.New(typeNames.Replace(firstLine(err.Error())))
	}
	if m := goType.FindStringSubmatch(at.Message); m != nil {
		return at.From, remedyFor(m[3], factNames[m[2]]), fmt.Errorf("there is no fact %q here", m[3])
	}
	if m := noName.FindStringSubmatch(at.Message); m != nil {
		names := slices.Concat(factNames["Env"], factNames["scope"], conditionFunctions)
		return at.From, remedyFor(m[1], names), fmt.Errorf("there is no fact %q", m[1])
	}
	return at.From, "", errors.New(typeNames.Replace(firstLine(at.Message)))
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// factNames maps each Go type of the facts to the words it offers.
var factNames = func() map[string][]string {
	names := map[string][]string{}
	for _, v := range []any{
		scope{}, Env{}, Side{}, Namespaces{}, File{}, Mount{}, Process{}, Volume{}, Observation{}, Number{},
		Cgroup{}, MemoryCgroup{}, CPUCgroup{}, PIDsCgroup{},
	} {
		t := reflect.TypeOf(v)
		for i := range t.NumField() {
			if word := t.Field(i).Tag.Get("expr"); word != "" {
				names[t.Name()] = append(names[t.Name()], word)
			}
		}
	}
	return names
}()
