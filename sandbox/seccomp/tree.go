package seccomp

import "golang.org/x/net/bpf"

// assemble writes the whole filter:
//
//	load the architecture; another one: kill
//	load the number
//	number >= a middle one? … down to its span
//	the answer, or conditions on the arguments
func assemble(abi *abi, spans []span) []bpf.Instruction {
	a := newAssembler()
	a.follow(a.tree(spans))
	native := a.emit(bpf.LoadAbsolute{Off: offsetNumber, Size: 4})
	a.jump(bpf.JumpEqual, abi.audit, native, a.ret(foreign))
	a.emit(bpf.LoadAbsolute{Off: offsetArch, Size: 4})
	return a.program()
}

// tree finds the span of the number in the accumulator by halves.
func (a *assembler) tree(spans []span) label {
	if len(spans) == 1 {
		return a.cases(spans[0].cases)
	}
	middle := len(spans) / 2
	upper := a.tree(spans[middle:])
	lower := a.tree(spans[:middle])
	return a.jump(bpf.JumpGreaterOrEqual, spans[middle].from, upper, lower)
}
