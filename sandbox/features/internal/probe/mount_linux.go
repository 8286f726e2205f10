package probe

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// detached tries mounts that are attached nowhere at first; fsopen(2),
// fsmount(2), open_tree(2), move_mount(2).
func detached(string) (string, error) {
	fd, err := newMount("tmpfs", nil, nil)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	if err := unix.MoveMount(fd, "", unix.AT_FDCWD, ground, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return "", refused("move_mount to "+ground, err)
	}
	tree, err := unix.OpenTree(unix.AT_FDCWD, "/", unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
	if err != nil {
		return "", refused("open_tree /", err)
	}
	unix.Close(tree)
	var top, below unix.Stat_t
	if unix.Fstat(fd, &top) != nil || unix.Stat(ground, &below) != nil || top.Dev != below.Dev {
		return "", withoutEffect("move_mount to " + ground)
	}
	return "", nil
}

// newMount makes a mount of a new file system that is attached nowhere. The
// caller closes it.
func newMount(fstype string, settings [][2]string, flags []string) (int, error) {
	fs, err := unix.Fsopen(fstype, unix.FSOPEN_CLOEXEC)
	if err != nil {
		return -1, refused("fsopen "+fstype, err)
	}
	defer unix.Close(fs)
	for _, s := range settings {
		if err := unix.FsconfigSetString(fs, s[0], s[1]); err != nil {
			return -1, refused(fmt.Sprintf("fsconfig %s %s=%s", fstype, s[0], s[1]), err)
		}
	}
	for _, flag := range flags {
		if err := unix.FsconfigSetFlag(fs, flag); err != nil {
			return -1, refused(fmt.Sprintf("fsconfig %s %s", fstype, flag), err)
		}
	}
	if err := unix.FsconfigCreate(fs); err != nil {
		return -1, refused("make a file system of type "+fstype, err)
	}
	fd, err := unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, 0)
	return fd, refused("fsmount "+fstype, err)
}

// nobodys is where ids begin that are tried as those of a sandbox.
const nobodys = 100000

// idMap tries a view of the root whose owners are shifted; mount_setattr(2).
// Not every file system has it.
func idMap(string) (string, error) {
	tree, err := shifted()
	if err != nil {
		return "", err
	}
	defer unix.Close(tree)
	var plain, mapped unix.Stat_t
	if unix.Stat("/", &plain) != nil || unix.Fstat(tree, &mapped) != nil || mapped.Uid != plain.Uid+nobodys {
		return "", withoutEffect("shift the owners of /")
	}
	return "", nil
}

// shifted makes that view, attached nowhere. The caller closes it.
func shifted() (int, error) {
	ns, err := userNamespace(nobodys)
	if err != nil {
		return -1, err
	}
	defer ns.Close()
	tree, err := unix.OpenTree(unix.AT_FDCWD, "/", unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
	if err != nil {
		return -1, refused("open_tree /", err)
	}
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_IDMAP, Userns_fd: uint64(ns.Fd())}
	if err := unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH, &attr); err != nil {
		unix.Close(tree)
		return -1, refused("mount_setattr(MOUNT_ATTR_IDMAP) of /", err)
	}
	return tree, nil
}

// masks tries what covers files: a device without content over a file, an
// empty read-only file system over a directory, and a part made read-only.
func masks(string) (string, error) {
	if err := breakGround("covered", "fixed"); err != nil {
		return "", err
	}
	secret := ground + "/secret"
	for _, file := range []string{secret, ground + "/covered/secret"} {
		if err := os.WriteFile(file, []byte("secret"), 0o644); err != nil {
			return "", refused("write to a tmpfs", innermost(err))
		}
	}
	for _, m := range []struct {
		did, source, target, fstype string
		flags                       uintptr
	}{
		{"mount --bind /dev/null over a file", "/dev/null", secret, "", unix.MS_BIND},
		{"mount tmpfs over a directory", "tmpfs", ground + "/covered", "tmpfs", unix.MS_RDONLY},
		{"mount --bind a directory", ground + "/fixed", ground + "/fixed", "", unix.MS_BIND},
		{"mount -o remount,ro a directory", "", ground + "/fixed", "", unix.MS_BIND | unix.MS_REMOUNT | unix.MS_RDONLY | unix.MS_NOSUID | unix.MS_NODEV},
	} {
		if err := unix.Mount(m.source, m.target, m.fstype, m.flags, ""); err != nil {
			return "", refused(m.did, err)
		}
	}
	if content, err := os.ReadFile(secret); err != nil || len(content) > 0 || exists(ground+"/covered/secret") {
		return "", withoutEffect("cover a file")
	}
	if innermost(os.WriteFile(ground+"/fixed/file", nil, 0o644)) != unix.EROFS {
		return "", withoutEffect("make a directory read-only")
	}
	return "", nil
}
