package seccomp

import (
	"math"

	"golang.org/x/net/bpf"
)

// cases writes the conditions of a call and returns where they begin.
func (a *assembler) cases(cases []Case) label {
	for _, c := range a.chains {
		if sameCases(c.cases, cases) {
			return c.at
		}
	}
	last := len(cases) - 1
	next := a.ret(cases[last].Action)
	for i := last - 1; i >= 0; i-- {
		next = a.all(cases[i].Args, a.ret(cases[i].Action), next)
	}
	if last > 0 {
		a.chains = append(a.chains, chain{cases, next})
	}
	return next
}

// all goes to yes when every condition holds, else to no.
func (a *assembler) all(args []Arg, yes, no label) label {
	for i := len(args) - 1; i >= 0; i-- {
		yes = a.argument(args[i], yes, no)
	}
	return yes
}

// argument compares 64 bits by two loads of 32. The upper half decides unless
// it is equal.
func (a *assembler) argument(arg Arg, yes, no label) label {
	c, _ := arg.Op.comparison()
	if c.negated {
		yes, no = no, yes
	}
	mask := uint64(math.MaxUint64)
	if arg.Op == Masked {
		mask = arg.Mask
	}
	value := arg.Value & mask
	low := a.half(offset(arg.Index, 0), uint32(mask), c.test, uint32(value), yes, no)
	if c.test == bpf.JumpEqual {
		return a.half(offset(arg.Index, 1), uint32(mask>>32), bpf.JumpEqual, uint32(value>>32), low, no)
	}
	equal := a.jump(bpf.JumpEqual, uint32(value>>32), low, no)
	return a.half(offset(arg.Index, 1), math.MaxUint32, bpf.JumpGreaterThan, uint32(value>>32), yes, equal)
}

// half compares the masked 32 bits at an offset of struct seccomp_data.
func (a *assembler) half(at, mask uint32, test bpf.JumpTest, value uint32, yes, no label) label {
	if mask == 0 { // nothing to compare: 0 == 0
		return yes
	}
	a.jump(test, value, yes, no)
	if mask != math.MaxUint32 {
		a.emit(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: mask})
	}
	return a.emit(bpf.LoadAbsolute{Off: at, Size: 4})
}

// Offsets in struct seccomp_data of linux/seccomp.h.
const (
	offsetNumber = 0
	offsetArch   = 4
	offsetArgs   = 16
)

// offset is that of an argument's lower (0) or upper (1) half. Both
// architectures are little-endian.
func offset(index, half int) uint32 { return uint32(offsetArgs + 8*index + 4*half) }
