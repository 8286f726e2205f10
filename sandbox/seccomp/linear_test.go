package seccomp

import (
	"testing"

	"golang.org/x/net/bpf"
)

// linear makes the filter that libseccomp makes when it is not told to
// optimize: one comparison after the other, in the order of the numbers.
func linear(t testing.TB, p Policy, arch Arch) Program {
	t.Helper()
	abi, err := p.on(arch)
	if err != nil {
		t.Fatal(err)
	}
	a := newAssembler()
	next := a.ret(p.Default)
	calls := p.calls(abi)
	for i := len(calls) - 1; i >= 0; i-- {
		c := calls[i]
		if len(c.Cases) > 1 || c.Cases[0].Action != p.Default {
			next = a.jump(bpf.JumpEqual, c.Number, a.cases(c.Cases), next)
		}
	}
	if p.Newest != "" {
		next = a.jump(bpf.JumpGreaterThan, abi.index()[p.Newest], a.ret(absent), next)
	}
	if abi.alien != 0 {
		next = a.jump(bpf.JumpGreaterOrEqual, abi.alien, a.ret(foreign), next)
	}
	a.follow(next)
	native := a.emit(bpf.LoadAbsolute{Off: offsetNumber, Size: 4})
	a.jump(bpf.JumpEqual, abi.audit, native, a.ret(foreign))
	a.emit(bpf.LoadAbsolute{Off: offsetArch, Size: 4})
	raw, err := bpf.Assemble(a.program())
	if err != nil {
		t.Fatal(err)
	}
	return Program{arch: arch, code: raw, calls: calls}
}

// shapes are the two filters of Docker's profile that are compared.
func shapes(t testing.TB, arch Arch) []struct {
	name    string
	program Program
} {
	p := must(t)(Docker(on(arch)))
	return []struct {
		name    string
		program Program
	}{{"tree", compiled(t, p, arch)}, {"linear", linear(t, p, arch)}}
}

// TestSteps pins what a call costs in instructions, in the tree and in a list.
func TestSteps(t *testing.T) {
	want := map[string]map[string]int{
		"tree":   {"read": 10, "openat": 10, "getpid": 10, "unshare": 11, "socket": 15},
		"linear": {"read": 7, "openat": 222, "getpid": 46, "unshare": 320, "socket": 53},
	}
	abi, _ := AMD64.abi()
	for _, s := range shapes(t, AMD64) {
		for name, steps := range want[s.name] {
			if _, got := interpret(t, s.program.Raw(), data(abi.audit, abi.index()[name], [6]uint64{2})); got != steps {
				t.Errorf("%s, %d instructions in all: %s takes %d, want %d", s.name, len(s.program.code), name, got, steps)
			}
		}
	}
}
