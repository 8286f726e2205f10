package network

import (
	"fmt"
	"os"
	"syscall"
	"testing"
)

// asStranger runs a test once more, as a user without rights in the network
// namespace that plays the host.
func asStranger(t *testing.T, pattern string) {
	t.Helper()
	cmd := again(roleStranger)
	cmd.Args = append(cmd.Args, "-test.run", pattern, "-test.v")
	cmd.Env = append(cmd.Env, "TMPDIR=/tmp")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if mapped(t) {
		const nobody = 65534
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	} else {
		// Our own user namespace has one user: another one within has no
		// rights over what is outside of it.
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 1000, HostID: 0, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 1000, HostID: 0, Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("as a user without rights: %v\n%s", err, out)
	}
}

// mapped tells whether there is more than one user.
func mapped(t *testing.T) bool {
	t.Helper()
	b, err := os.ReadFile("/proc/self/uid_map")
	if err != nil {
		t.Fatal(err)
	}
	var inside, outside, count uint64
	if _, err := fmt.Sscan(string(b), &inside, &outside, &count); err != nil {
		t.Fatal(err)
	}
	return count > 65534
}
