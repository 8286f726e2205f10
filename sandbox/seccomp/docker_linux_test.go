package seccomp

import (
	"bytes"
	"encoding/json"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
	profiles "github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// TestReadDocker reads the profile as JSON, and finds what its tables say.
func TestReadDocker(t *testing.T) {
	text, err := json.Marshal(profiles.DefaultProfile())
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []Target{on(AMD64), on(ARM64, everyCap...)} {
		if diff := cmp.Diff(must(t)(Docker(target)), must(t)(Read(bytes.NewReader(text), target))); diff != "" {
			t.Error(diff)
		}
	}
}

// TestResolveAsMoby compares our reading of the profile's conditions with
// moby's own, which asks the kernel that the test runs on.
func TestResolveAsMoby(t *testing.T) {
	major, minor := kernel(t)
	for _, caps := range [][]string{nil, everyCap, {"CAP_SYS_ADMIN"}, {"CAP_SYS_PTRACE", "CAP_SYSLOG"}} {
		spec := &specs.Spec{Process: &specs.Process{Capabilities: &specs.LinuxCapabilities{Bounding: caps}}}
		theirs, err := profiles.GetDefaultProfile(spec)
		if err != nil {
			t.Fatal(err)
		}
		on := Target{Arch: Arch(runtime.GOARCH), KernelMajor: major, KernelMinor: minor, Capabilities: caps}
		theirs.Architectures, theirs.ListenerPath = nil, ""
		want := must(t)(resolve(plain(theirs), on))
		if diff := cmp.Diff(want, must(t)(Docker(on))); diff != "" {
			t.Errorf("with %v\n%s", caps, diff)
		}
	}
}

// plain is a profile without conditions: nothing is left to resolve.
func plain(s *specs.LinuxSeccomp) *profiles.Seccomp {
	p := &profiles.Seccomp{LinuxSeccomp: *s}
	p.LinuxSeccomp.Syscalls = nil
	for _, call := range s.Syscalls {
		p.Syscalls = append(p.Syscalls, &profiles.Syscall{LinuxSyscall: call})
	}
	return p
}

// TestConstants compares the numbers written down here with those of x/sys.
func TestConstants(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want uint32
	}{
		{"AUDIT_ARCH_X86_64", abis[0].audit, unix.AUDIT_ARCH_X86_64},
		{"AUDIT_ARCH_AARCH64", abis[1].audit, unix.AUDIT_ARCH_AARCH64},
		{"allow", allowed.value(), unix.SECCOMP_RET_ALLOW},
		{"log", Action{Do: DoLog}.value(), unix.SECCOMP_RET_LOG},
		{"trace 7", Action{DoTrace, 7}.value(), unix.SECCOMP_RET_TRACE | 7},
		{"errno EPERM", refused.value(), unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)},
		{"errno ENOSYS", absent.value(), unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)},
		{"trap", Action{Do: DoTrap}.value(), unix.SECCOMP_RET_TRAP},
		{"kill a thread", Action{Do: DoKillThread}.value(), unix.SECCOMP_RET_KILL_THREAD},
		{"kill a process", Action{Do: DoKillProcess}.value(), unix.SECCOMP_RET_KILL_PROCESS},
	} {
		if c.got != c.want {
			t.Errorf("%s is %#x, want %#x", c.name, c.got, c.want)
		}
	}
}
