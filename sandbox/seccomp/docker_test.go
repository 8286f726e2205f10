package seccomp

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// verdicts of some calls, which capabilities, kernel and architecture change.
func TestDocker(t *testing.T) {
	tests := []struct {
		name  string
		on    Target
		wants map[string]string // the cases of a call, in words
	}{
		{"without capabilities", on(AMD64), map[string]string{
			"read": "allow", "mount": "errno EPERM", "unshare": "errno EPERM", "ptrace": "allow", "bpf": "errno EPERM",
			"clone":       "arg0 & 0x7e020000 == 0x0: allow, errno EPERM",
			"clone3":      "errno ENOSYS",
			"socket":      "arg0 < 0x26: allow, arg0 == 0x27: allow, arg0 > 0x28: allow, errno EPERM",
			"personality": "arg0 == 0x0: allow, arg0 == 0x8: allow, arg0 == 0x20000: allow, arg0 == 0x20008: allow, arg0 == 0xffffffff: allow, errno EPERM",
			"arch_prctl":  "allow", "keyctl": "errno EPERM", "listns": "errno ENOSYS",
		}},
		{"with CAP_SYS_ADMIN", on(AMD64, "CAP_SYS_ADMIN"), map[string]string{
			"mount": "allow", "unshare": "allow", "clone": "allow", "clone3": "allow", "bpf": "allow", "reboot": "errno EPERM",
		}},
		{"with CAP_BPF", on(AMD64, "CAP_BPF"), map[string]string{"bpf": "allow", "mount": "errno EPERM"}},
		{"before Linux 4.8", Target{Arch: AMD64, KernelMajor: 4, KernelMinor: 7}, map[string]string{"ptrace": "errno EPERM"}},
		{"Linux 4.8", Target{Arch: AMD64, KernelMajor: 4, KernelMinor: 8}, map[string]string{"ptrace": "allow"}},
		{"before Linux 4.8, with CAP_SYS_PTRACE", Target{Arch: AMD64, KernelMajor: 3, KernelMinor: 19, Capabilities: []string{"CAP_SYS_PTRACE"}},
			map[string]string{"ptrace": "allow"}},
		{"on arm64", on(ARM64), map[string]string{"sync_file_range": "allow", "clone": "arg0 & 0x7e020000 == 0x0: allow, errno EPERM"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			calls := compiled(t, must(t)(Docker(tt.on)), tt.on.Arch).calls
			got := map[string]string{}
			for _, c := range calls {
				if _, ok := tt.wants[c.Name]; ok {
					got[c.Name] = words(c)
				}
			}
			if diff := cmp.Diff(tt.wants, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func words(c Call) string {
	s := ""
	for i, one := range c.Cases {
		if i > 0 {
			s += ", "
		}
		s += one.String()
	}
	return s
}

// TestDockerWideArgument pins what the doc comment warns of: Docker's rule
// compares 64 bits of a family that the kernel takes 32 of.
func TestDockerWideArgument(t *testing.T) {
	p := must(t)(Docker(on(AMD64)))
	const socket, vsock = 41, 40
	if got := p.Decide(AMD64, socket, [6]uint64{vsock}); got != refused {
		t.Errorf("vsock: %v", got)
	}
	if got := p.Decide(AMD64, socket, [6]uint64{1<<32 | vsock}); got != allowed {
		t.Errorf("vsock with an upper half: %v; correct the doc comment of Docker", got)
	}
}

// TestDockerUnknownNames pins which names of the profile the table of calls
// knows from no architecture: private calls of arm, above 0x0f0000.
func TestDockerUnknownNames(t *testing.T) {
	profile, err := dockerProfile()
	if err != nil {
		t.Fatal(err)
	}
	var unknown []string
	amd64, _ := AMD64.abi()
	for _, call := range profile.Syscalls {
		for _, name := range call.Names {
			if !amd64.has(name) && archesWith(name) == nil {
				unknown = append(unknown, name)
			}
		}
	}
	if want := []string{"breakpoint", "set_tls"}; !slices.Equal(unknown, want) {
		t.Errorf("names of the profile that no architecture has: %v, want %v", unknown, want)
	}
}
