package seccomp

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
)

// odd are numbers around the edges of what is a call.
var odd = []uint32{1 << 16, x32Bit - 1, x32Bit, x32Bit | 39, x32Bit | 512, 1 << 31, math.MaxUint32 - 1, math.MaxUint32}

// arguments are tried with every number: what Docker's conditions are about,
// and their neighbours in both halves of 64 bits.
var arguments = func() (all [][6]uint64) {
	for _, v := range []uint64{0, 1, 8, 37, 38, 39, 40, 41, 0x20000, 0x20008, 0x7e020000, 0x10000000, 0x01000000, math.MaxUint32,
		1<<32 | 38, 1<<32 | 40, 1 << 32, 1 << 63, math.MaxUint64} {
		all = append(all, [6]uint64{v, 0, v, 0, v, 0}, [6]uint64{0, v, 0, v, 0, v})
	}
	return all
}()

// failer is what a test and a property have in common.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// agrees compares the filter's answer with the policy's own.
func agrees(t failer, p Policy, program Program, numbers []uint32, arguments [][6]uint64) {
	t.Helper()
	abi, err := program.arch.abi()
	if err != nil {
		t.Fatalf("%v", err)
	}
	raw := program.Raw()
	for _, number := range numbers {
		for _, args := range arguments {
			got, _ := interpret(t, raw, data(abi.audit, number, args))
			if want := p.Decide(program.arch, number, args); got != want.value() {
				t.Fatalf("%s(%#x) number %d: the filter answers %#x, the policy %v (%#x)",
					abi.name(number), args, number, got, want, want.value())
			}
		}
	}
}

// everyNumber is 0 to 600 and the odd ones.
func everyNumber() []uint32 {
	numbers := slices.Clone(odd)
	for n := range uint32(601) {
		numbers = append(numbers, n)
	}
	return numbers
}

// TestCompile pins the size of each filter and the count of its calls, and
// compares its answers with the policy's.
func TestCompile(t *testing.T) {
	must := must(t)
	// Conditions that differ from call to call: the tree has to jump far.
	crowded := Policy{Default: absent}
	for i, name := range Names(AMD64)[:200] {
		crowded.Rules = append(crowded.Rules, Rule{Names: []string{name}, Action: allowed, Args: []Arg{{Index: i % 6, Op: LessOrEqual, Value: uint64(i) << 30}}})
	}
	tests := []struct {
		name                                string
		policy                              Policy
		arch                                Arch
		length, allowed, conditional, taken int
	}{
		{"docker without capabilities", must(Docker(on(AMD64))), AMD64, 113, 305, 3, 77},
		{"docker with all capabilities", must(Docker(on(AMD64, everyCap...))), AMD64, 80, 349, 2, 34},
		{"docker on an old kernel", must(Docker(Target{Arch: AMD64, KernelMajor: 4, KernelMinor: 4})), AMD64, 115, 302, 3, 80},
		{"docker without capabilities", must(Docker(on(ARM64))), ARM64, 114, 263, 3, 61},
		{"docker with all capabilities", must(Docker(on(ARM64, everyCap...))), ARM64, 64, 305, 2, 20},
		{"deny two", must(Deny(AMD64, "mount", "unshare")), AMD64, 12, 383, 0, 2},
		{"deny nothing", must(Deny(AMD64)), AMD64, 7, 385, 0, 0},
		{"deny nothing", must(Deny(ARM64)), ARM64, 5, 327, 0, 0},
		{"allow three", must(Allow(ARM64, "read", "write", "exit_group")), ARM64, 12, 3, 0, 324},
		{"a condition for each call", crowded, AMD64, 1307, 0, 200, 185},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s on %s", tt.name, tt.arch), func(t *testing.T) {
			program := compiled(t, tt.policy, tt.arch)
			agrees(t, tt.policy, program, everyNumber(), arguments)
			got := [4]int{len(program.code), program.Allowed(), program.Conditional(), program.Refused()}
			if want := [4]int{tt.length, tt.allowed, tt.conditional, tt.taken}; got != want {
				t.Errorf("instructions, allowed, conditional, refused: %v, want %v", got, want)
			}
			if len(program.Raw()) != 8*len(program.code) {
				t.Errorf("%d bytes of %d instructions", len(program.Raw()), len(program.code))
			}
		})
	}
}

func TestForeignArchitecture(t *testing.T) {
	const i386, arm = 0x40000003, 0x40000028
	for _, arch := range []Arch{AMD64, ARM64} {
		for name, p := range map[string]Policy{"deny": must(t)(Deny(arch, "mount")), "docker": must(t)(Docker(on(arch)))} {
			raw := compiled(t, p, arch).Raw()
			for _, audit := range []uint32{i386, arm, 0} {
				for number := range uint32(600) {
					if got, _ := interpret(t, raw, data(audit, number, [6]uint64{})); got != foreign.value() {
						t.Fatalf("%s on %s: call %d of architecture %#x gets %#x", name, arch, number, audit, got)
					}
				}
			}
		}
	}
}

func TestCompileErrors(t *testing.T) {
	rule := func(r Rule) Policy {
		return Policy{Default: allowed, Rules: []Rule{{[]string{"read"}, allowed, nil}, r}}
	}
	tests := []struct {
		name   string
		policy Policy
		want   string
	}{
		{"no default", Policy{}, `seccomp default action: unknown action ""`},
		{"an action", rule(Rule{[]string{"mount"}, Action{Do: "deny"}, nil}), `seccomp rule 1 (mount): unknown action "deny"`},
		{"an errno too high", rule(Rule{[]string{"mount"}, Action{DoErrno, 4096}, nil}), `seccomp rule 1 (mount): errno 4096 is above 4095, the highest there is`},
		{"an errno for nothing", rule(Rule{[]string{"mount"}, Action{DoAllow, 1}, nil}), `seccomp rule 1 (mount): action allow takes no errno, not 1`},
		{"a comparison", rule(Rule{[]string{"mount"}, refused, []Arg{{0, "=", 0, 0}}}), `seccomp rule 1 (mount): unknown comparison "="`},
		{"an argument", rule(Rule{[]string{"mount", "umount2"}, refused, []Arg{{6, Equal, 0, 0}}}), `seccomp rule 1 (mount umount2): there is no argument 6, they are counted from 0 to 5`},
		{"a mask", rule(Rule{[]string{"mount"}, refused, []Arg{{0, Equal, 1, 0}}}), `seccomp rule 1 (mount): a mask goes with "&==", not with "=="`},
		{"no names", rule(Rule{nil, refused, nil}), `seccomp rule 1 (): it names no call`},
		{"a name", rule(Rule{[]string{"unshrae"}, refused, nil}), `seccomp rule 1 (unshrae): there is no system call "unshrae"`},
		{"the newest", Policy{Default: refused, Newest: "clone4"}, `there is no system call "clone4"`},
		{"a flag", Policy{Default: refused, Flags: []string{"SECCOMP_FILTER_FLAG_NEW_LISTENER"}}, `seccomp flag SECCOMP_FILTER_FLAG_NEW_LISTENER is unknown, or needs a supervisor that answers`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Compile(tt.policy, AMD64); err == nil || err.Error() != tt.want {
				t.Errorf("error %v\nwant  %s", err, tt.want)
			}
		})
	}
}

func TestTooLong(t *testing.T) {
	p := Policy{Default: refused}
	for i, name := range Names(AMD64) {
		for j := range 4 {
			p.Rules = append(p.Rules, Rule{[]string{name}, allowed, []Arg{{j, Equal, 0, uint64(i)<<32 | uint64(i)}}})
		}
	}
	_, err := Compile(p, AMD64)
	var long *TooLongError
	if !errors.As(err, &long) || long.Instructions <= MaxInstructions {
		t.Errorf("%d rules: error %v", len(p.Rules), err)
	}
}

func TestUnsupportedArchitecture(t *testing.T) {
	_, err := Compile(Policy{Default: allowed}, "riscv64")
	var arch *ArchError
	if !errors.As(err, &arch) || arch.Arch != "riscv64" || !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("error %v", err)
	}
}

func TestFlags(t *testing.T) {
	p := Policy{Default: allowed, Flags: []string{"SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC"}}
	if got := compiled(t, p, AMD64).Flags(); got != 6 {
		t.Errorf("flags %#x", got)
	}
}
