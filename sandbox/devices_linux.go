package sandbox

import (
	"fmt"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// detached makes a new file system that is attached nowhere; the caller closes
// its descriptor. It does without those flags that the kernel does not know.
// fsopen(2), fsconfig(2), fsmount(2).
func detached(fstype string, attrs int, settings [][2]string, flags ...string) (int, error) {
	fs, err := unix.Fsopen(fstype, unix.FSOPEN_CLOEXEC)
	if err != nil {
		return -1, fmt.Errorf("fsopen %s: %w", fstype, err)
	}
	defer unix.Close(fs)
	for _, s := range append(settings, [2]string{"source", fstype}) {
		if err := unix.FsconfigSetString(fs, s[0], s[1]); err != nil {
			return -1, fmt.Errorf("fsconfig %s %s=%s: %w", fstype, s[0], s[1], err)
		}
	}
	for _, flag := range flags {
		_ = unix.FsconfigSetFlag(fs, flag)
	}
	if err := unix.FsconfigCreate(fs); err != nil {
		return -1, fmt.Errorf("fsconfig create %s: %w%s", fstype, err, complaint(fs))
	}
	mount, err := unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, attrs)
	if err != nil {
		return -1, fmt.Errorf("fsmount %s: %w", fstype, err)
	}
	return mount, nil
}

// quiet are the attributes of mounts of a /dev.
const quiet = unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NOEXEC

// terminals are the settings that every devpts has.
var terminals = [][2]string{{"ptmxmode", "0666"}, {"mode", "0620"}}

// buildTerminals makes a devpts that the child attaches.
func buildTerminals(o op.BuildTerminals) ([]mountFD, error) {
	settings := slices.Concat(terminals, [][2]string{{"max", fmt.Sprint(o.Most)}, {"gid", fmt.Sprint(o.Group)}})
	fd, err := detached("devpts", quiet, settings)
	if err != nil {
		return nil, err
	}
	return []mountFD{{op.PtsMount, fd}}, nil
}

// buildDevices makes the mounts of a minimal /dev, in the order in which the
// child attaches them.
func buildDevices(o op.BuildDevices) (mounts []mountFD, err error) {
	defer func() {
		if err != nil {
			for _, m := range mounts {
				unix.Close(m.fd)
			}
			mounts = nil
		}
	}()
	pts := terminals
	if o.TerminalGroup > 0 {
		pts = slices.Concat(pts, [][2]string{{"gid", fmt.Sprint(o.TerminalGroup)}})
	}
	for _, part := range []struct {
		name, fstype string
		attrs        int
		settings     [][2]string
	}{
		{op.DevMount, "tmpfs", quiet, [][2]string{{"mode", "0755"}, {"size", "64k"}}},
		{op.PtsMount, "devpts", quiet, pts},
		{op.ShmMount, "tmpfs", quiet | unix.MOUNT_ATTR_NODEV, [][2]string{{"mode", "1777"}, {"size", "65536k"}}},
	} {
		fd, err := detached(part.fstype, part.attrs, part.settings)
		if err != nil {
			return mounts, err
		}
		mounts = append(mounts, mountFD{part.name, fd})
	}
	return mounts, fillDev(mounts[0].fd)
}

// fillDev makes nodes, links and mount points in the directory dev.
func fillDev(dev int) error {
	for _, n := range op.DeviceNodes {
		if err := unix.Mknodat(dev, n.Name, unix.S_IFCHR|0o666, int(unix.Mkdev(n.Major, n.Minor))); err != nil {
			return fmt.Errorf("mknod %s: %w", n.Name, err)
		}
		if err := unix.Fchmodat(dev, n.Name, 0o666, 0); err != nil {
			return fmt.Errorf("chmod %s: %w", n.Name, err)
		}
	}
	for _, dir := range []string{"pts", "shm"} {
		if err := unix.Mkdirat(dev, dir, 0o755); err != nil {
			return fmt.Errorf("mkdir %s: %w", dir, err)
		}
	}
	for _, l := range op.DeviceLinks {
		if err := unix.Symlinkat(l.Target, dev, l.Name); err != nil {
			return fmt.Errorf("symlink %s: %w", l.Name, err)
		}
	}
	return nil
}
