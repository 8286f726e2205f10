package inside

import (
	"fmt"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/sys/unix"
)

func init() {
	wayOut("fresh-proc", func(*attempt) error {
		return openBelow("proc", nil, "sys/kernel/core_pattern", unix.O_WRONLY)
	})
	wayOut("fresh-sys", func(a *attempt) error { return a.apart("fresh-sys/mount", inNetworkOfItsOwn) })
	wayOut("fresh-sys/mount", func(*attempt) error {
		return openBelow("sysfs", nil, "kernel/mm/transparent_hugepage/enabled", unix.O_WRONLY)
	})
	wayOut("fresh-cgroup", freshCgroup)
	wayOut("mknod-disk", mknodDisk)
	wayOut("mount-disk", mountDisk)
	wayOut("mount-propagation", propagation)
}

// inNetworkOfItsOwn has a step begin in a new network namespace. A sysfs that is
// mounted there is another one; a second mount in the same namespace shows the
// first again, which may be read-only as a whole.
func inNetworkOfItsOwn(cmd *exec.Cmd) { cmd.SysProcAttr.Cloneflags = unix.CLONE_NEWNET }

// detached mounts a file system nowhere: it is reached through the descriptor
// only, and is gone with it; fsopen(2), fsmount(2). On the host no mount
// appears.
func detached(kind string, options []string) (int, error) {
	fs, err := unix.Fsopen(kind, unix.FSOPEN_CLOEXEC)
	if err != nil {
		return -1, os.NewSyscallError("fsopen "+kind, err)
	}
	defer unix.Close(fs)
	for _, o := range options {
		key, value, has := strings.Cut(o, "=")
		if has {
			err = unix.FsconfigSetString(fs, key, value)
		} else {
			err = unix.FsconfigSetFlag(fs, key)
		}
		if err != nil {
			return -1, os.NewSyscallError("fsconfig "+o, err)
		}
	}
	if err := unix.FsconfigCreate(fs); err != nil {
		return -1, os.NewSyscallError("fsconfig create "+kind, err)
	}
	fd, err := unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, 0)
	return fd, os.NewSyscallError("fsmount "+kind, err)
}

// openBelow opens a file of a file system that is mounted for it.
func openBelow(kind string, options []string, path string, flags int) error {
	top, err := detached(kind, options)
	if err != nil {
		return err
	}
	defer unix.Close(top)
	fd, err := unix.Openat(top, path, flags|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: kind + ":" + path, Err: err}
	}
	return unix.Close(fd)
}

// freshCgroup mounts a hierarchy of cgroup v1 that is there already; one that is
// not would be made, and a controller taken from elsewhere. The file is what
// CVE-2022-0492 writes to.
func freshCgroup(*attempt) error {
	for line := range lines("/proc/self/cgroup") { // "4:memory:/path"
		parts := strings.SplitN(line, ":", 3)
		if len(parts) == 3 && parts[1] != "" && !strings.Contains(parts[1], "=") {
			return openBelow("cgroup", strings.Split(parts[1], ","), "release_agent", unix.O_WRONLY)
		}
	}
	return missing("there is no cgroup v1 here")
}

// mknodDisk makes a node for the host's disk and opens it to read; nothing is
// read. First on a file system of its own that is mounted nowhere, then, where
// that is refused, in /tmp, for as long as it takes to open it.
func mknodDisk(a *attempt) error {
	if a.Canary.Disk.Device == 0 {
		return missing("the host's root directory lies on no block device")
	}
	top, err := detached("tmpfs", nil)
	name := "disk"
	if err != nil {
		top, err = unix.Open("/tmp", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		name = fmt.Sprintf("%s-%d", a.Canary.Mark, os.Getpid())
	}
	if err != nil {
		return err
	}
	defer unix.Close(top)
	if err := unix.Mknodat(top, name, unix.S_IFBLK|0o600, int(a.Canary.Disk.Device)); err != nil {
		return os.NewSyscallError("mknod", err)
	}
	fd, err := unix.Openat(top, name, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	unix.Unlinkat(top, name, 0)
	if err != nil {
		return os.NewSyscallError("open the node", err)
	}
	defer unix.Close(fd)
	return theDisk(fd, a.Canary.Disk.Device)
}

// mountDisk asks for a file system of the disk's kind without saying which
// disk. vfs_cmd_create() asks mount_capable() first, EPERM; the file system
// misses its source after that, EINVAL or ENOENT.
func mountDisk(a *attempt) error {
	if a.Canary.DiskType == "" {
		return missing("the host's root directory lies on no block device")
	}
	fs, err := unix.Fsopen(a.Canary.DiskType, unix.FSOPEN_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("fsopen "+a.Canary.DiskType, err)
	}
	defer unix.Close(fs)
	err = unix.FsconfigCreate(fs)
	return past(os.NewSyscallError("fsconfig create", err), unix.EINVAL, unix.ENOENT, unix.ENOTBLK)
}

// propagation tells whether what is mounted here would appear on the host: it is
// the same table of mounts, or a peer group is shared; mount_namespaces(7).
func propagation(a *attempt) error {
	if a.sameNamespace("mnt") {
		return nil
	}
	for _, group := range peers() {
		for _, theirs := range a.Canary.Peers {
			if group == theirs {
				return nil
			}
		}
	}
	return missing("its mounts have no peers on the host")
}
