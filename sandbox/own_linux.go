package sandbox

import (
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"

	"golang.org/x/sys/unix"
)

// What lies in the state directory is believed: cgroups are ended and files
// removed because a record there says so. It must therefore be nobody else's,
// however its path was arrived at, and be read in a way that no file in it can
// lead astray or hold up.

const sandboxesDir = "sandboxes"

// openSandboxes makes and opens the directory of the sandboxes' trees. The
// caller closes it.
func openSandboxes(state string) (*os.Root, error) {
	if err := passable(state); err != nil {
		return nil, err
	}
	return openOwn(path.Join(state, sandboxesDir))
}

// openOwn opens a directory of the caller's own, made when it is missing, that
// everybody may pass through and nobody else may list, whatever the umask says.
func openOwn(dir string) (*os.Root, error) {
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return nil, explain("mkdir", dir, errno(err))
	}
	link, err := os.Lstat(dir)
	if err != nil {
		return nil, explain("stat", dir, errno(err))
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, explain("open", dir, errno(err))
	}
	if err := pass(root, link); err != nil {
		root.Close()
		return nil, err
	}
	return root, nil
}

// passable makes such a directory.
func passable(dir string) error {
	root, err := openOwn(dir)
	if err != nil {
		return err
	}
	return root.Close()
}

// pass lets everybody pass through a directory, when it and what its path led
// to is the caller's. A link of somebody else's may lead to what is ours.
func pass(dir *os.Root, link fs.FileInfo) error {
	f, err := dir.Open(".")
	if err != nil {
		return explain("open", dir.Name(), errno(err))
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return explain("stat", dir.Name(), errno(err))
	}
	if !ownedByMe(link) || !ownedByMe(st) || link.IsDir() && !os.SameFile(link, st) {
		return &Error{Op: "use", Target: dir.Name(), Err: unix.EPERM, Remedy: "it belongs to somebody else: point XDG_STATE_HOME to a directory of your own"}
	}
	return explainNil("chmod", dir.Name(), f.Chmod(0o711))
}

func ownedByMe(st fs.FileInfo) bool { return int(st.Sys().(*syscall.Stat_t).Uid) == os.Geteuid() }

// readOwn reads a small file of the caller's own: no link is followed, no pipe
// waited for, and nothing that is larger than it can be is read.
func readOwn(dir *os.Root, name string, most int64) ([]byte, error) {
	f, err := dir.OpenFile(name, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !st.Mode().IsRegular() || !ownedByMe(st):
		return nil, &fs.PathError{Op: "read", Path: name, Err: unix.EPERM}
	case st.Size() > most:
		return nil, &fs.PathError{Op: "read", Path: name, Err: unix.EFBIG}
	}
	return io.ReadAll(io.LimitReader(f, most))
}

// readTree reads a small file of a sandbox's tree.
func readTree(sandboxes *os.Root, tree, name string, most int64) ([]byte, error) {
	st, err := sandboxes.Lstat(tree)
	if err != nil {
		return nil, err
	}
	if !st.IsDir() || !ownedByMe(st) {
		return nil, &fs.PathError{Op: "read", Path: tree, Err: unix.EPERM}
	}
	dir, err := sandboxes.OpenRoot(tree)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return readOwn(dir, name, most)
}
