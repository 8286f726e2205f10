package seccomp

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Values at the edges of halves, words and signs are where comparisons go wrong.
var edges = []uint64{0, 1, 2, math.MaxInt32, 1 << 31, math.MaxUint32 - 1, math.MaxUint32, 1 << 32, 1<<32 | 1,
	1<<32 | 1<<31, 1 << 63, math.MaxUint64 - 1, math.MaxUint64}

func value() *rapid.Generator[uint64] {
	return rapid.OneOf(rapid.SampledFrom(edges), rapid.Uint64())
}

func action() *rapid.Generator[Action] {
	return rapid.Custom(func(t *rapid.T) Action {
		d := rapid.SampledFrom(deeds).Draw(t, "do")
		a := Action{Do: d.do}
		if d.data {
			a.Errno = rapid.Uint16Max(maxErrno).Draw(t, "errno")
		}
		return a
	})
}

func arg() *rapid.Generator[Arg] {
	return rapid.Custom(func(t *rapid.T) Arg {
		a := Arg{Index: rapid.IntRange(0, 5).Draw(t, "index"), Op: rapid.SampledFrom(comparisons).Draw(t, "op").op, Value: value().Draw(t, "value")}
		if a.Op == Masked {
			a.Mask = value().Draw(t, "mask")
		}
		return a
	})
}

func rule(names []string) *rapid.Generator[Rule] {
	return rapid.Custom(func(t *rapid.T) Rule {
		return Rule{
			Names:  rapid.SliceOfN(rapid.SampledFrom(names), 1, 8).Draw(t, "names"),
			Action: action().Draw(t, "action"),
			Args:   rapid.SliceOfN(arg(), 0, 3).Draw(t, "args"),
		}
	})
}

func policy(arch Arch) *rapid.Generator[Policy] {
	names := Names(arch)
	return rapid.Custom(func(t *rapid.T) Policy {
		p := Policy{Default: action().Draw(t, "default"), Rules: rapid.SliceOfN(rule(names), 0, 60).Draw(t, "rules")}
		if rapid.Bool().Draw(t, "some are newer") {
			p.Newest = rapid.SampledFrom(names).Draw(t, "newest")
		}
		return p
	})
}

// TestAnyPolicy compares filter and policy on calls whose arguments lie on and
// beside the values that the policy compares with.
func TestAnyPolicy(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		arch := rapid.SampledFrom([]Arch{AMD64, ARM64}).Draw(r, "arch")
		p := policy(arch).Draw(r, "policy")
		program, err := Compile(p, arch)
		if err != nil {
			r.Fatal(err)
		}
		abi, _ := arch.abi()
		for _, rule := range p.Rules {
			var numbers []uint32
			for _, name := range rule.Names {
				numbers = append(numbers, abi.index()[name])
			}
			agrees(r, p, program, numbers, near(rule.Args, value().Draw(r, "elsewhere")))
		}
		agrees(r, p, program, append([]uint32{rapid.Uint32Max(600).Draw(r, "number")}, odd...), [][6]uint64{{}})
	})
}

// near returns arguments that meet the conditions as far as equality goes, and
// those one off in each place.
func near(conditions []Arg, elsewhere uint64) [][6]uint64 {
	var meet [6]uint64
	for i := range meet {
		meet[i] = elsewhere
	}
	for _, c := range conditions {
		meet[c.Index] = c.Value
	}
	all := [][6]uint64{meet}
	for _, c := range conditions {
		for _, v := range []uint64{c.Value + 1, c.Value - 1, c.Value ^ 1<<32, c.Value &^ c.Mask, c.Value | ^c.Mask, elsewhere} {
			other := meet
			other[c.Index] = v
			all = append(all, other)
		}
	}
	return all
}
