package sandbox

import (
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox/seccomp"
)

// TestCallNames: a misspelt call is told with the nearest, and one that only
// another architecture has is none of this one's business.
func TestCallNames(t *testing.T) {
	for name, want := range map[string]string{
		"ptrace":        "",
		"mkdir":         "", // arm64 has mkdirat only
		"riscv_hwprobe": "",
		"ptrac":         `unknown system call "ptrac"; did you mean "ptrace"?`,
		"PTRACE":        `unknown system call "PTRACE"`,
		"":              `unknown system call ""`,
	} {
		for key, rules := range map[string]CallRules{"allow": {Allow: []string{"mount", name}}, "deny": {Deny: []string{"mount", name}}} {
			said := ""
			if err := (Spec{Calls: rules}).Validate(); err != nil {
				said = err.Error()
			}
			if said != want {
				t.Errorf("%s %q: %q, want %q", key, name, said, want)
			}
		}
	}
}

// TestForeignCalls: the filter is made of the architecture's own calls.
func TestForeignCalls(t *testing.T) {
	rules := CallRules{Profile: "all", Deny: []string{"mkdir", "mkdirat", "riscv_hwprobe"}}
	for arch, want := range map[seccomp.Arch]string{
		seccomp.AMD64: "all calls without mkdir,mkdirat",
		seccomp.ARM64: "all calls without mkdirat",
	} {
		policy, say, err := rules.policy(seccomp.Target{Arch: arch, KernelMajor: 6, KernelMinor: 18})
		if err != nil || say != want {
			t.Errorf("%s: %q, %v; want %q", arch, say, err, want)
			continue
		}
		if _, err := seccomp.Compile(policy, arch); err != nil {
			t.Errorf("%s: %v", arch, err)
		}
	}
}
