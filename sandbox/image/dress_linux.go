package image

import (
	"archive/tar"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// dress gives the owner, mode, extended attributes and time of an entry to
// what was made for it: base in dir, which is open as fd too, and as f itself
// if it is a file or directory. The owner comes first, since a change of it
// takes away set-id bits and file capabilities (chown(2), capabilities(7)), the
// mode last, since it may forbid the rest to an ordinary user.
func (u *unpacker) dress(h *tar.Header, dir *os.Root, fd *os.File, base string, f *os.File) error {
	if err := u.own(h, dir, base); err != nil {
		return err
	}
	if err := u.label(h, f); err != nil {
		return err
	}
	if err := date(h, fd, base); err != nil {
		return err
	}
	if h.Typeflag == tar.TypeSymlink {
		return nil
	}
	return dir.Chmod(base, modeOf(h))
}

func modeOf(h *tar.Header) fs.FileMode {
	return h.FileInfo().Mode() & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)
}

// own gives an entry its owner if we may. An ordinary user owns everything;
// so does root of a user namespace, of what its map leaves out.
func (u *unpacker) own(h *tar.Header, dir *os.Root, base string) error {
	if !isID(h.Uid) || !isID(h.Gid) {
		return astray(fmt.Sprintf("belongs to %d:%d, which is no user and group", h.Uid, h.Gid))
	}
	if !u.owners {
		if h.Uid != os.Geteuid() || h.Gid != os.Getegid() {
			u.notes.Owners++
		}
		return nil
	}
	err := dir.Lchown(base, h.Uid, h.Gid)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EINVAL) {
		u.notes.Owners++
		return nil
	}
	return err
}

// isID tells whether it is a user or group id: -1 means none to chown(2).
func isID(id int) bool { return id >= 0 && int64(id) < math.MaxUint32 }

// label sets extended attributes. What may not be set is counted: it is not
// worth refusing an image for.
func (u *unpacker) label(h *tar.Header, f *os.File) error {
	set, _ := xattrs(h)
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if f == nil || !u.keeps(name) {
			u.notes.Xattrs++
			continue
		}
		err := unix.Fsetxattr(int(f.Fd()), name, []byte(set[name]), 0)
		if slices.ContainsFunc(tolerated, func(e unix.Errno) bool { return errors.Is(err, e) }) {
			u.notes.Xattrs++
			continue
		}
		if err != nil {
			return fmt.Errorf("set attribute %q: %w", name, err)
		}
	}
	return nil
}

// tolerated are a file system's ways to say that it does not take an
// attribute; setxattr(2).
var tolerated = []unix.Errno{unix.EPERM, unix.ENOTSUP, unix.EINVAL, unix.ERANGE, unix.E2BIG, unix.ENOSPC}

// keeps tells which attributes are taken from an image. Overlay's own are
// not: they would say what lies in the layers.
// Documentation/filesystems/overlayfs.rst, "userxattr".
func (u *unpacker) keeps(name string) bool {
	switch {
	case strings.HasPrefix(name, "user.overlay."):
		return false
	case strings.HasPrefix(name, "user."):
		return true
	}
	return u.owners && name == "security.capability"
}

func date(h *tar.Header, fd *os.File, base string) error {
	t, err := unix.TimeToTimespec(h.ModTime)
	if err != nil {
		return nil // a year that this machine cannot count
	}
	if err := unix.UtimesNanoAt(int(fd.Fd()), base, []unix.Timespec{t, t}, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return &fs.PathError{Op: "utimensat", Path: base, Err: err}
	}
	return nil
}

// finish gives all directories what the image has for them, the deepest
// first: a directory's own mode may close it, and making things in it changes
// its time.
func (u *unpacker) finish() error {
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(u.dirs))) {
		if err := u.finishDirectory(name, u.dirs[name]); err != nil {
			return err
		}
	}
	return nil
}

// implied is what a directory is like that no entry describes.
const implied = 0o755

// removed tells from walk's error that a later layer has removed a directory,
// or put something else in its place.
func removed(err error) bool {
	var out *outward
	var lost astray
	return errors.Is(err, fs.ErrNotExist) || errors.As(err, &out) || errors.As(err, &lost)
}

func (u *unpacker) finishDirectory(name string, h *tar.Header) error {
	real, err := walk(u.root, name, nil)
	if removed(err) || err == nil && real != name {
		return nil
	}
	if err != nil {
		return err
	}
	if h == nil {
		return u.root.Chmod(name, implied)
	}
	dir, err := u.root.OpenRoot(name)
	if err != nil {
		return err
	}
	defer dir.Close()
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	if err := u.dress(h, dir, f, ".", f); err != nil {
		return named(h, err)
	}
	return nil
}
