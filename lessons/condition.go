package lessons

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	exprcompiler "github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// Condition is a question about facts, answered yes or no, written in the
// language of expr-lang.org. There are no loops in it, so evaluating one takes
// no longer than the facts it asks for.
type Condition struct {
	Source  string
	Line    int // in the file of the lesson
	Column  int
	asks    asks
	program func() (*vm.Program, error) // compiled when it is first asked for
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
	program, err := c.program()
	if err != nil {
		return false, fmt.Errorf("condition %q: %w", c.Source, withoutSnippet(err))
	}
	v, err := expr.Run(program, scope{Env: env, KiB: 1 << 10, MiB: 1 << 20, GiB: 1 << 30, Unlimited: Unlimited})
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

// compiler checks and compiles conditions, one at a time. It is expr.Compile
// with its tables built once instead of once a condition, which is most of its
// time. Most conditions of a course are checked and never asked, so that the
// second half waits until one is.
type compiler struct{ config *conf.Config }

// compilers are those that nobody uses just now.
var compilers = sync.Pool{New: func() any { return newCompiler() }}

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

// readCondition checks source and turns it into a condition. The error is about
// the character at the returned offset, counted from 0.
func readCondition(source string) (_ *Condition, offset int, remedy string, err error) {
	c := compilers.Get().(*compiler)
	defer compilers.Put(c)
	tree, err := c.check(source)
	if err != nil {
		offset, remedy, err = explain(err)
		return nil, offset, remedy, err
	}
	loops, asks := &loopFinder{}, asks{}
	ast.Walk(&tree.Node, loops)
	ast.Walk(&tree.Node, &asks)
	if loops.what != "" {
		return nil, loops.at, "compare facts with == != < > in, and join with and, or, not",
			fmt.Errorf("%s is not part of the language of conditions", loops.what)
	}
	return &Condition{Source: source, asks: asks, program: sync.OnceValues(func() (*vm.Program, error) {
		c := compilers.Get().(*compiler)
		defer compilers.Put(c)
		return c.compile(source)
	})}, 0, "", nil
}

// check parses source and looks at its types; a panic of the parser becomes an
// error.
func (c *compiler) check(source string) (_ *parser.Tree, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("not understood: %v", v)
		}
	}()
	return checker.ParseCheck(source, c.config)
}

// compile begins with the source again: a tree is not to be kept, it shares the
// tables of the compiler that checked it.
func (c *compiler) compile(source string) (*vm.Program, error) {
	tree, err := c.check(source)
	if err != nil {
		return nil, err
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
