package seccomp

import (
	"slices"
	"strings"
)

// Call is one system call of an architecture and what a policy says of it.
type Call struct {
	Name   string
	Number uint32
	// Cases are tried in order. The last one is without conditions.
	Cases []Case
}

// Case is what becomes of a call whose arguments meet all conditions.
type Case struct {
	Args   []Arg
	Action Action
}

// Verdict sums up what a policy says of a call.
type Verdict string

// The verdicts. A call is conditional when its arguments decide whether it is
// made.
const (
	Allowed     Verdict = "allowed"
	Conditional Verdict = "conditional"
	Refused     Verdict = "refused"
)

// Verdict sums up the cases.
func (c Call) Verdict() Verdict {
	lets := func(c Case) bool { return c.Action.Lets() }
	bars := func(c Case) bool { return !c.Action.Lets() }
	switch {
	case !slices.ContainsFunc(c.Cases, bars):
		return Allowed
	case !slices.ContainsFunc(c.Cases, lets):
		return Refused
	}
	return Conditional
}

// String is the case in words: "arg0 == 0x8: allow", "errno EPERM".
func (c Case) String() string {
	if len(c.Args) == 0 {
		return c.Action.String()
	}
	words := make([]string, len(c.Args))
	for i, a := range c.Args {
		words[i] = a.String()
	}
	return strings.Join(words, " and ") + ": " + c.Action.String()
}

// Calls returns every call of the architecture, in the order of the numbers,
// with what the policy says of it. Errors are those of [Compile]; callers
// do not change the cases, which calls share.
func (p Policy) Calls(arch Arch) ([]Call, error) {
	abi, err := p.on(arch)
	if err != nil {
		return nil, err
	}
	return p.calls(abi), nil
}

func (p Policy) calls(abi *abi) []Call {
	cases := p.cases(abi)
	calls := make([]Call, len(abi.calls))
	for i, c := range abi.calls {
		calls[i] = Call{Name: c.name, Number: c.number, Cases: cases[c.number]}
		if !closed(calls[i].Cases) {
			calls[i].Cases = append(calls[i].Cases, Case{Action: p.otherwise(abi, c.number)})
		}
	}
	return calls
}

// cases collects what the rules say of each call, by number. A list that is
// closed takes no more: rules behind one without conditions are never reached.
func (p Policy) cases(abi *abi) [][]Case {
	index := abi.index()
	found := make([][]Case, abi.last()+1)
	for _, r := range p.Rules {
		only := []Case{{Args: r.Args, Action: r.Action}}
		for _, name := range r.Names {
			number := index[name]
			if so := found[number]; len(so) == 0 {
				found[number] = only
			} else if !closed(so) {
				found[number] = append(so, only[0])
			}
		}
	}
	return found
}

// closed tells whether the last case holds whatever the arguments.
func closed(cases []Case) bool {
	return len(cases) > 0 && len(cases[len(cases)-1].Args) == 0
}

func sameCases(a, b []Case) bool {
	return slices.EqualFunc(a, b, func(a, b Case) bool { return a.Action == b.Action && slices.Equal(a.Args, b.Args) })
}
