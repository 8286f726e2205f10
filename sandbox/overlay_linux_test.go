package sandbox

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// TestOverlayOfAttachedLayers builds overlays the way that kernels before 6.15
// want it: with layers attached in a mount table of a thread's own.
func TestOverlayOfAttachedLayers(t *testing.T) {
	if m := machine(t); !m.Privileged() {
		t.Skip("needs root: an overlay is mounted outside of any user namespace")
	}
	c := exec.Command("sleep", "3600")
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER, Pdeathsig: syscall.SIGKILL,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: 100000, Size: 65536}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: 100000, Size: 65536}}}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer c.Wait()
	defer c.Process.Kill()
	users, err := os.Open(fmt.Sprintf("/proc/%d/ns/user", c.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	defer users.Close()
	for name, o := range map[string]op.BuildOverlay{
		"id-mapped": {IDMapped: true, Owner: 100000}, "in memory": {Memory: true}, "both": {IDMapped: true, Memory: true, Owner: 100000},
	} {
		dir := stateDir(t)
		o.Lower, o.Upper, o.Work = "/", filepath.Join(dir, "upper"), filepath.Join(dir, "work")
		mount, err := -1, error(unix.ENOSYS)
		inOwnMountTable(func() { mount, err = assemble(o, users, -1, attach, func(mount int) { unix.Close(mount) }) })
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var st unix.Stat_t
		if err := unix.Fstatat(mount, "etc", &st, 0); err != nil {
			t.Errorf("%s: /etc of the overlay: %v", name, err)
		}
		if o.IDMapped && st.Uid != 100000 {
			t.Errorf("%s: /etc belongs to %d", name, st.Uid)
		}
		unix.Close(mount)
		if _, err := os.Stat(o.Lower); err != nil {
			t.Error(err)
		}
	}
}
