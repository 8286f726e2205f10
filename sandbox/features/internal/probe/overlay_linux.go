package probe

import (
	"errors"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// The acts on Documentation/filesystems/overlayfs.rst. Each writes through an
// overlay and looks where that has landed.

// rootOverlay tries an overlay of the whole root, as root has it.
func rootOverlay(string) (string, error) {
	if err := breakGround("upper", "work", "merged"); err != nil {
		return "", err
	}
	return "", overlayOf("/")
}

// shiftedOverlay tries one of the root with its owners shifted, as root's
// sandboxes with a user namespace have it. Before Linux 6.15 the lower
// directory has to be attached somewhere.
func shiftedOverlay(string) (string, error) {
	tree, err := shifted()
	if err != nil {
		return "", err
	}
	defer unix.Close(tree)
	if err := breakGround("upper", "work", "merged", "lower"); err != nil {
		return "", err
	}
	if err := unix.MoveMount(tree, "", unix.AT_FDCWD, ground+"/lower", unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return "", refused("move_mount a tree with shifted owners", err)
	}
	return "", overlayOf(ground + "/lower")
}

// overlayOf lays one over a view of the root, built before it is seen, and
// writes to it.
func overlayOf(lower string) error {
	fd, err := newMount("overlay", [][2]string{{"lowerdir", lower}, {"upperdir", ground + "/upper"}, {"workdir", ground + "/work"}}, nil)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if err := unix.MoveMount(fd, "", unix.AT_FDCWD, ground+"/merged", unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return refused("move_mount an overlay", err)
	}
	file := canary()
	if err := os.WriteFile(ground+"/merged/"+file, nil, 0o600); err != nil {
		return refused("write to an overlay of /", innermost(err))
	}
	if !exists(ground+"/upper/"+file) || exists("/"+file) {
		return withoutEffect("catch a write to an overlay of /")
	}
	return nil
}

// userOverlay tries an overlay that keeps its notes in attributes that root of
// a user namespace may write.
func userOverlay(string) (string, error) { return "", overlay(ground, "userxattr") }

// volatileOverlay tries one that does not wait for the disk.
func volatileOverlay(string) (string, error) { return "", overlay(ground, ownOptions("volatile")...) }

// upperDirectory tries whether the file system of a directory can hold what an
// overlay catches.
func upperDirectory(dir string) (string, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return "", refused("statfs "+dir, err)
	}
	// A tmpfs is about to cover the way there.
	fd, err := unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", refused("open "+dir, err)
	}
	defer unix.Close(fd)
	if err := unix.Fchdir(fd); err != nil {
		return "", refused("chdir "+dir, err)
	}
	// Without volatile, taking the overlay down waits for the disk.
	err = overlay(".", ownOptions("volatile")...)
	if errors.Is(err, unix.EINVAL) {
		err = overlay(".", ownOptions()...)
	}
	return "", err
}

// ownOptions adds what root of a user namespace needs.
func ownOptions(options ...string) []string {
	if ids, err := os.ReadFile("/proc/self/uid_map"); err == nil && strings.Join(strings.Fields(string(ids)), " ") != "0 0 4294967295" {
		options = append(options, "userxattr")
	}
	return options
}

// overlay lays one over a directory, with the upper directory in base, changes
// a file in it and removes another.
func overlay(base string, options ...string) error {
	if err := breakGround("lower", "merged"); err != nil {
		return err
	}
	const lower, merged = ground + "/lower/", ground + "/merged/"
	upper, work := path.Join(base, "upper"), path.Join(base, "work")
	for _, dir := range []string{upper, work} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return refused("mkdir "+path.Base(dir), innermost(err))
		}
		defer os.RemoveAll(dir) // the kernel makes directories in it that only root may enter
	}
	for _, file := range []string{"changed", "removed"} {
		if err := os.WriteFile(lower+file, []byte("below"), 0o644); err != nil {
			return refused("write to a tmpfs", innermost(err))
		}
	}
	text := strings.Join(append([]string{"lowerdir=" + lower, "upperdir=" + upper, "workdir=" + work}, options...), ",")
	if err := unix.Mount("overlay", merged, "overlay", 0, text); err != nil {
		return refused("mount -t overlay -o "+strings.Join(append([]string{"lowerdir=…,upperdir=…"}, options...), ","), err)
	}
	defer unix.Unmount(merged, 0)
	if err := os.WriteFile(merged+"changed", []byte("above"), 0o644); err != nil {
		return refused("write to an overlay", innermost(err))
	}
	if err := os.Remove(merged + "removed"); err != nil {
		return refused("remove a file from an overlay", innermost(err))
	}
	below, _ := os.ReadFile(lower + "changed")
	above, _ := os.ReadFile(path.Join(upper, "changed"))
	if string(below) != "below" || string(above) != "above" || !exists(lower+"removed") || exists(merged+"removed") {
		return withoutEffect("catch what is written to an overlay")
	}
	return nil
}
