package seccomp

import (
	"slices"

	"golang.org/x/net/bpf"
)

// reach is how many instructions a conditional jump can skip: its two
// distances have 8 bits each.
const reach = 255

// A label is an instruction's place counted from the end of the program, which
// stays the same while more is put before it.
type label int

// An assembler writes a program from its end to its beginning. Classic BPF
// jumps only forward, so whatever is jumped to is there already, its distance
// is known, and what is too far is brought near on the spot.
type assembler struct {
	code    []bpf.Instruction // the last one first
	returns map[uint32]label  // the nearest return of each value
	chains  []chain           // the conditions written so far
}

// A chain is where the code for a list of cases begins.
type chain struct {
	cases []Case
	at    label
}

func newAssembler() *assembler { return &assembler{returns: map[uint32]label{}} }

// program returns what was written, the first instruction first.
func (a *assembler) program() []bpf.Instruction {
	slices.Reverse(a.code)
	return a.code
}

func (a *assembler) emit(i bpf.Instruction) label {
	a.code = append(a.code, i)
	return label(len(a.code) - 1)
}

// skip is how far the label is from the instruction written next.
func (a *assembler) skip(to label) int { return len(a.code) - 1 - int(to) }

// ret returns a place that returns the action.
func (a *assembler) ret(action Action) label {
	value := action.value()
	at, ok := a.returns[value]
	if !ok || a.skip(at) > reach {
		at = a.emit(bpf.RetConstant{Val: value})
		a.returns[value] = at
	}
	return at
}

// jump goes to yes when the comparison of the accumulator with value holds,
// else to no.
func (a *assembler) jump(test bpf.JumpTest, value uint32, yes, no label) label {
	yes = a.near(yes, 1) // bringing no near may put one more between
	no = a.near(no, 0)
	return a.emit(bpf.JumpIf{Cond: test, Val: value, SkipTrue: uint8(a.skip(yes)), SkipFalse: uint8(a.skip(no))})
}

// near returns a place that a jump can reach, behind so many further
// instructions, and that does what the label does: a return of its own, or a
// jump without condition, which reaches everywhere.
func (a *assembler) near(to label, behind int) label {
	if a.skip(to)+behind <= reach {
		return to
	}
	if ret, ok := a.code[to].(bpf.RetConstant); ok {
		at := a.emit(ret)
		a.returns[ret.Val] = at
		return at
	}
	return a.follow(to)
}

// follow makes the next instruction that is written lead to the label.
func (a *assembler) follow(to label) label {
	if a.skip(to) == 0 {
		return to
	}
	return a.emit(bpf.Jump{Skip: uint32(a.skip(to))})
}
