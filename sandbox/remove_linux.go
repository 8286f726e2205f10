package sandbox

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// removeTree removes what is called name in a directory, with all that is in
// it. What was written inside may have taken its owner's rights away: they are
// given back first.
func removeTree(dir *os.Root, name string) error {
	st, err := dir.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && !ownedByMe(st) {
		return &fs.PathError{Op: "remove", Path: name, Err: unix.EPERM}
	}
	if err = dir.RemoveAll(name); !errors.Is(err, fs.ErrPermission) || !st.IsDir() {
		return err
	}
	if err := giveBack(dir, name); err != nil {
		return err
	}
	return dir.RemoveAll(name)
}

// giveBack makes a tree's directories writable for their owner, and takes away
// the attributes by which root inside may have protected files; chattr(1). A
// device node is not opened: that alone may have consequences.
func giveBack(dir *os.Root, name string) error {
	unprotect(dir, name)
	if err := dir.Chmod(name, 0o700); err != nil {
		return err
	}
	tree, err := dir.OpenRoot(name)
	if err != nil {
		return err
	}
	defer tree.Close()
	return fs.WalkDir(tree.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		if d != nil && (d.IsDir() || d.Type().IsRegular()) {
			unprotect(tree, p)
		}
		if d != nil && d.IsDir() {
			tree.Chmod(p, 0o700)
		}
		return nil
	})
}

// unprotect clears the attributes "immutable" and "append only", where the file
// system has such; ioctl_iflags(2).
func unprotect(dir *os.Root, name string) {
	f, err := dir.OpenFile(name, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	defer f.Close()
	const protected = 0x10 | 0x20 // FS_IMMUTABLE_FL, FS_APPEND_FL; linux/fs.h
	flags, err := unix.IoctlGetInt(int(f.Fd()), unix.FS_IOC_GETFLAGS)
	if err == nil && flags&protected != 0 {
		// What is refused here, the removal will tell.
		_ = unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, flags&^protected)
	}
}
