package tent

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/moby/sys/mountinfo"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// InContainer makes a container a place for tents: with its cgroups to write, and
// a whole /proc to see. Both change mounts where this container sees them, and
// nowhere else; both take CAP_SYS_ADMIN, and nothing more of what makes a container
// privileged.
func InContainer() error {
	if err := ownCgroups(); err != nil {
		return err
	}
	return wholeProc()
}

const needsAdmin = "the container needs CAP_SYS_ADMIN, and no AppArmor profile that forbids mount(2): see `tentpole serve manifest --kubernetes`"

// ownCgroups makes the container's cgroups writable, which runtimes mount
// read-only; mount(2), "Changing mount flags". What lies there is below the
// container's own cgroup, whose limits hold for all that is made in it.
func ownCgroups() error {
	mounts, err := mountinfo.GetMounts(func(m *mountinfo.Info) (skip, stop bool) {
		return m.FSType != "cgroup" && m.FSType != "cgroup2", false
	})
	if err != nil {
		return &sandbox.Error{Op: "list", Target: "mounts", Err: err}
	}
	for _, m := range mounts {
		options := strings.Split(m.Options, ",")
		if !slices.Contains(options, "ro") {
			continue
		}
		if err := syscall.Mount("", m.Mountpoint, "", syscall.MS_REMOUNT|syscall.MS_BIND|kept(options), ""); err != nil {
			return &sandbox.Error{Op: "make writable", Target: m.Mountpoint, Err: err, Remedy: needsAdmin}
		}
	}
	return nil
}

// kept are the flags that stay: a change takes away what it does not name.
func kept(options []string) (all uintptr) {
	for word, flag := range map[string]uintptr{"nosuid": syscall.MS_NOSUID, "nodev": syscall.MS_NODEV, "noexec": syscall.MS_NOEXEC, "relatime": syscall.MS_RELATIME} {
		if slices.Contains(options, word) {
			all |= flag
		}
	}
	return all
}

// wholeProc mounts a second procfs, of the container's own processes, beside the
// one that has parts covered. A tent can mount its own only where it sees a whole
// one; mount_too_revealing in fs/namespace.c.
func wholeProc() error {
	state, err := sandbox.StateDir()
	if err != nil {
		return err
	}
	dir := filepath.Join(state, "class", "proc")
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return &sandbox.Error{Op: "make", Target: dir, Err: err, Remedy: "mount a volume there that can be written"}
	}
	if there, err := mountinfo.Mounted(dir); err != nil || there {
		return err
	}
	if err := syscall.Mount("proc", dir, "proc", syscall.MS_NOSUID|syscall.MS_NODEV|syscall.MS_NOEXEC, ""); err != nil {
		return &sandbox.Error{Op: "mount a whole procfs on", Target: dir, Err: err, Remedy: needsAdmin}
	}
	return nil
}
