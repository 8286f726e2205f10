package guest

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// mount is one call of mount(2).
type mount struct {
	source, target, kind string
	flags                uintptr
	options              string
}

const quiet = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC

// early are the mounts that loading modules needs.
var early = []mount{
	{"proc", "/proc", "proc", quiet, ""},
	{"sysfs", "/sys", "sysfs", quiet, ""},
	{"udev", "/dev", "devtmpfs", unix.MS_NOSUID, "mode=755"},
}

// late are the others that a machine has.
var late = []mount{
	{"devpts", "/dev/pts", "devpts", unix.MS_NOSUID | unix.MS_NOEXEC, "gid=5,mode=620,ptmxmode=666"},
	{"tmpfs", "/dev/shm", "tmpfs", unix.MS_NOSUID | unix.MS_NODEV, ""},
	{"tmpfs", "/run", "tmpfs", unix.MS_NOSUID | unix.MS_NODEV, "mode=755"},
	{"cgroup2", "/sys/fs/cgroup", "cgroup2", quiet, "nsdelegate"},
}

func mountAll(list []mount) error {
	for _, m := range list {
		if err := os.MkdirAll(m.target, 0o755); err != nil {
			return err
		}
		if err := unix.Mount(m.source, m.target, m.kind, m.flags, m.options); err != nil {
			return fmt.Errorf("mount %s on %s: %w", m.kind, m.target, err)
		}
	}
	return nil
}

// enterRoot shows the first root file system a second time and makes that the
// root: pivot_root(2) does not leave the first one, and a sandbox in here wants
// to.
func enterRoot() error {
	const again = "/mnt"
	if err := unix.Mount("/", again, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("mount / on %s: %w", again, err)
	}
	if err := os.Chdir(again); err != nil {
		return err
	}
	if err := unix.Mount(".", "/", "", unix.MS_MOVE, ""); err != nil {
		return fmt.Errorf("move %s to /: %w", again, err)
	}
	if err := unix.Chroot("."); err != nil {
		return fmt.Errorf("chroot: %w", err)
	}
	return os.Chdir("/")
}

// deviceLinks are what udev makes.
var deviceLinks = map[string]string{
	"/dev/fd": "/proc/self/fd", "/dev/stdin": "fd/0", "/dev/stdout": "fd/1", "/dev/stderr": "fd/2",
}

func linkDevices() (err error) {
	for name, target := range deviceLinks {
		err = errors.Join(err, os.Symlink(target, name))
	}
	return err
}

// loopbackUp switches the loopback on; netdevice(7).
func loopbackUp() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("switch lo on: %w", err)
	}
	defer unix.Close(s)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, lo); err != nil {
		return fmt.Errorf("switch lo on: %w", err)
	}
	return nil
}

// disk is the machine's only one.
const disk = "/dev/vda"

// mountDisk makes a file system on the disk and mounts it such that what is
// written is on it at once.
func mountDisk(encrypted bool) error {
	device, err := await(disk, func() (string, bool) { _, err := os.Stat(disk); return disk, err == nil })
	if err == nil && encrypted {
		device, err = encrypt(device)
	}
	if err != nil {
		return err
	}
	f, err := os.OpenFile(device, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(format(f), f.Close()); err != nil {
		return fmt.Errorf("make a file system on %s: %w", device, err)
	}
	if err := mountAll([]mount{{device, DiskMount, "ext2", unix.MS_SYNCHRONOUS | unix.MS_NOSUID | unix.MS_NODEV, ""}}); err != nil {
		return err
	}
	return os.Chmod(DiskMount, 0o777|os.ModeSticky)
}
