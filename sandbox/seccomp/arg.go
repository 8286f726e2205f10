package seccomp

import (
	"fmt"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/net/bpf"
)

// maxArgs is how many arguments a call has at most.
const maxArgs = 6

// Arg is a condition on one argument of a call: a comparison of all 64 bits of
// its register, without sign.
type Arg struct {
	Index int    `json:"index"` // 0 to 5
	Op    Op     `json:"op"`
	Mask  uint64 `json:"mask,omitempty"` // only with Masked: the bits that are compared
	Value uint64 `json:"value"`
}

// Op is a comparison.
type Op string

// The comparisons of seccomp_rule_add(3).
const (
	Equal          Op = "=="
	NotEqual       Op = "!="
	Less           Op = "<"
	LessOrEqual    Op = "<="
	Greater        Op = ">"
	GreaterOrEqual Op = ">="
	Masked         Op = "&==" // (argument & Mask) == (Value & Mask)
)

// A comparison is what there is to know of an Op.
type comparison struct {
	op    Op
	oci   specs.LinuxSeccompOperator
	holds func(argument uint64, a Arg) bool
	// How the filter does it: by one of the three tests that classic BPF has,
	// with the answer turned round for the other three.
	test    bpf.JumpTest
	negated bool
}

var comparisons = []comparison{
	{Equal, specs.OpEqualTo, func(v uint64, a Arg) bool { return v == a.Value }, bpf.JumpEqual, false},
	{NotEqual, specs.OpNotEqual, func(v uint64, a Arg) bool { return v != a.Value }, bpf.JumpEqual, true},
	{Greater, specs.OpGreaterThan, func(v uint64, a Arg) bool { return v > a.Value }, bpf.JumpGreaterThan, false},
	{LessOrEqual, specs.OpLessEqual, func(v uint64, a Arg) bool { return v <= a.Value }, bpf.JumpGreaterThan, true},
	{GreaterOrEqual, specs.OpGreaterEqual, func(v uint64, a Arg) bool { return v >= a.Value }, bpf.JumpGreaterOrEqual, false},
	{Less, specs.OpLessThan, func(v uint64, a Arg) bool { return v < a.Value }, bpf.JumpGreaterOrEqual, true},
	{Masked, specs.OpMaskedEqual, func(v uint64, a Arg) bool { return v&a.Mask == a.Value&a.Mask }, bpf.JumpEqual, false},
}

func (o Op) comparison() (comparison, bool) {
	for _, known := range comparisons {
		if known.op == o {
			return known, true
		}
	}
	return comparison{}, false
}

// String is the condition as in C: "arg0 == 0x8", "arg0 & 0xff == 0x0".
func (a Arg) String() string {
	if a.Op == Masked {
		return fmt.Sprintf("arg%d & %#x == %#x", a.Index, a.Mask, a.Value)
	}
	return fmt.Sprintf("arg%d %s %#x", a.Index, a.Op, a.Value)
}

func (a Arg) holds(args [maxArgs]uint64) bool {
	c, _ := a.Op.comparison()
	return c.holds(args[a.Index], a)
}

func (a Arg) check() error {
	_, ok := a.Op.comparison()
	switch {
	case !ok:
		return fmt.Errorf("unknown comparison %q", string(a.Op))
	case a.Index < 0 || a.Index >= maxArgs:
		return fmt.Errorf("there is no argument %d, they are counted from 0 to %d", a.Index, maxArgs-1)
	case a.Mask != 0 && a.Op != Masked:
		return fmt.Errorf("a mask goes with %q, not with %q", string(Masked), string(a.Op))
	}
	return nil
}
