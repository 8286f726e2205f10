package seccomp

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/net/bpf"
)

// MaxInstructions is how many instructions a filter may have: the kernel's
// BPF_MAXINSNS.
const MaxInstructions = 4096

// Program is a filter, ready to be loaded, with what it says of every call.
type Program struct {
	arch  Arch
	code  []bpf.RawInstruction
	flags uint32
	calls []Call
}

// TooLongError says that a policy comes to more instructions than the kernel
// takes. Rules with the same conditions for many calls are written once;
// different ones for each call are what takes room.
type TooLongError struct {
	Instructions int
}

func (e *TooLongError) Error() string {
	return fmt.Sprintf("the seccomp filter has %d instructions, the kernel takes %d: use fewer conditions on arguments",
		e.Instructions, MaxInstructions)
}

// Compile makes a filter of a policy whose names are calls of the
// architecture. It answers every number and all arguments as [Policy.Decide]
// does, and kills what makes calls of another architecture.
//
// The errors are an [*ArchError], a [*RuleError], for its names with an
// [*UnknownCallError] in it, or a [*TooLongError].
func Compile(p Policy, arch Arch) (Program, error) {
	abi, err := p.on(arch)
	if err != nil {
		return Program{}, err
	}
	calls := p.calls(abi)
	code := assemble(abi, p.spans(abi, calls))
	if len(code) > MaxInstructions {
		return Program{}, &TooLongError{Instructions: len(code)}
	}
	raw, err := bpf.Assemble(code)
	if err != nil {
		return Program{}, fmt.Errorf("assemble the seccomp filter: %w", err)
	}
	flags, err := flagBits(p.Flags)
	return Program{arch: arch, code: raw, flags: flags, calls: calls}, err
}

// Flags are those that seccomp(2) is to be given, as bits.
func (p Program) Flags() uint32 { return p.flags }

// Raw is the array of struct sock_filter that struct sock_fprog points to,
// eight bytes an instruction, in the byte order of the architecture.
func (p Program) Raw() []byte {
	out := make([]byte, 0, 8*len(p.code))
	for _, i := range p.code {
		out = binary.LittleEndian.AppendUint16(out, i.Op) // both architectures are little-endian
		out = append(out, i.Jt, i.Jf)
		out = binary.LittleEndian.AppendUint32(out, i.K)
	}
	return out
}

// Allowed, Refused and Conditional count calls by their verdict. Together
// they are all calls of the architecture.
func (p Program) Allowed() int { return p.count(Allowed) }

// Refused counts the calls that are never made.
func (p Program) Refused() int { return p.count(Refused) }

// Conditional counts the calls whose arguments decide.
func (p Program) Conditional() int { return p.count(Conditional) }

func (p Program) count(v Verdict) int {
	n := 0
	for _, c := range p.calls {
		if c.Verdict() == v {
			n++
		}
	}
	return n
}
