package op

import (
	"errors"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// Perform implements Performer.
func (o OpenTree) Perform(s Scene) error {
	tree, err := cloneTree(o.Source, o.ReadOnly, unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV)
	if err != nil {
		return err
	}
	s.Keep(o.Name, tree)
	return nil
}

// cloneTree copies a mount with what is mounted below it.
func cloneTree(source string, readOnly bool, attrs uint64) (int, error) {
	tree, err := unix.OpenTree(unix.AT_FDCWD, source, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
	if err != nil {
		return -1, failed("open_tree", source, err)
	}
	if readOnly {
		attrs |= unix.MOUNT_ATTR_RDONLY
	}
	if attrs == 0 {
		return tree, nil
	}
	attr := unix.MountAttr{Attr_set: attrs}
	if err := unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH|unix.AT_RECURSIVE, &attr); err != nil {
		unix.Close(tree)
		return -1, failed("mount_setattr", source, err)
	}
	return tree, nil
}

// Perform implements Performer.
func (p PlaceMount) Perform(s Scene) error {
	fd, err := s.Descriptor(p.Name)
	if err != nil {
		return failed("move_mount", p.Source, err)
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return failed("stat", p.Source, err)
	}
	if p.Existing {
		err = existing(p.Target)
	} else {
		err = makePlace(p.Target, st.Mode&unix.S_IFMT == unix.S_IFDIR)
	}
	if err != nil {
		return err
	}
	return failed("move_mount to", p.Target, unix.MoveMount(fd, "", unix.AT_FDCWD, p.Target, unix.MOVE_MOUNT_F_EMPTY_PATH))
}

// existing tells when there is nothing to mount over.
func existing(target string) error {
	_, err := os.Stat(target)
	return failed("find the mount point", target, err)
}

// makePlace makes an empty directory or file to mount over, where none is.
func makePlace(target string, dir bool) error {
	if _, err := os.Stat(target); err == nil {
		return nil
	}
	if dir {
		return failed("mkdir", target, os.MkdirAll(target, 0o755))
	}
	if err := os.MkdirAll(path.Dir(target), 0o755); err != nil {
		return failed("mkdir", path.Dir(target), err)
	}
	f, err := os.OpenFile(target, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return failed("create", target, err)
	}
	return f.Close()
}

// Perform implements Performer.
func (ReadOnlyRoot) Perform(Scene) error {
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
	return failed("mount_setattr ro", "/", unix.MountSetattr(unix.AT_FDCWD, "/", 0, &attr))
}

// Perform implements Performer.
func (w WriteFile) Perform(Scene) error {
	if err := os.MkdirAll(path.Dir(w.Path), 0o755); err != nil {
		return failed("mkdir", path.Dir(w.Path), err)
	}
	if err := os.Remove(w.Path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return failed("remove", w.Path, err)
	}
	return failed("write", w.Path, os.WriteFile(w.Path, []byte(w.Content), 0o644))
}

// Perform implements Performer.
func (h HidePaths) Perform(s Scene) error {
	for _, p := range h.Hidden {
		if err := hide(s, p); err != nil {
			return err
		}
	}
	for _, p := range h.ReadOnly {
		if _, err := os.Stat(p); err != nil {
			continue // nothing shows: nothing to lock
		}
		if err := cover(p, p); err != nil {
			return err
		}
	}
	return nil
}

// hide covers a directory with an empty one and a file with /dev/null.
func hide(s Scene, p string) error {
	st, err := os.Stat(p)
	switch {
	case err != nil:
		return nil // nothing shows: nothing to cover
	case st.IsDir():
		return Mask{p}.Perform(s)
	}
	return cover("/dev/null", p)
}

// cover shows source at target, to read.
func cover(source, target string) error {
	tree, err := cloneTree(source, true, 0)
	if err != nil {
		return err
	}
	defer unix.Close(tree)
	return failed("move_mount to", target, unix.MoveMount(tree, "", unix.AT_FDCWD, target, unix.MOVE_MOUNT_F_EMPTY_PATH))
}
