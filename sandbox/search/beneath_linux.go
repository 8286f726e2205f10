package search

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// ReadThrough reads a regular file as seen from inside rootDir, which may be
// /proc/PID/root: symbolic links on the way, absolute ones and .. included,
// never lead out of it, magic links are refused, and a link as the last
// component is not followed. At most max bytes are returned; Stat.Size tells
// whether there are more.
//
// Everything below rootDir may be hostile and may change meanwhile. What is
// not a regular file is never opened, since opening alone can have an effect
// (a watchdog, a tape) or block (a FIFO): the error wraps [ErrNotRegular].
func ReadThrough(rootDir, path string, max int64) ([]byte, Stat, error) {
	content, st, err := readThrough(rootDir, path, max)
	if err != nil {
		return nil, Stat{}, &fs.PathError{Op: "read below " + rootDir, Path: path, Err: err}
	}
	return content, st, nil
}

func readThrough(rootDir, name string, max int64) ([]byte, Stat, error) {
	if max < 0 {
		return nil, Stat{}, fmt.Errorf("a limit of %d bytes: %w", max, fs.ErrInvalid)
	}
	fd, err := openBeneath(rootDir, name, unix.O_NOFOLLOW)
	if err != nil {
		return nil, Stat{}, err
	}
	defer unix.Close(fd)
	st, err := statAt(fd, "")
	if err != nil {
		return nil, Stat{}, err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return nil, Stat{}, ErrNotRegular
	}
	// The same inode again, whatever the name leads to by now.
	f, err := os.OpenFile("/proc/self/fd/"+strconv.Itoa(fd), os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, Stat{}, errnoOf(err)
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, max))
	return content, st, errnoOf(err)
}

// statThrough is lstat(2) from inside rootDir, for a path that has no symbolic
// links on the way: with one it gives ELOOP.
func statThrough(rootDir, name string) (Stat, error) {
	fd, err := openBeneath(rootDir, name, unix.O_NOFOLLOW, unix.RESOLVE_NO_SYMLINKS)
	if err != nil {
		return Stat{}, err
	}
	defer unix.Close(fd)
	return statAt(fd, "")
}

// openBeneath resolves a path with rootDir as its root and returns an O_PATH
// descriptor, which the caller closes: nothing is opened in the sense that a
// driver or the other end of a FIFO would notice.
func openBeneath(rootDir, name string, flags int, resolve ...uint64) (int, error) {
	root, err := openat(unix.AT_FDCWD, rootDir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC)
	if err != nil {
		return -1, err
	}
	defer unix.Close(root)
	return openIn(root, name, flags, resolve...)
}

func openIn(root int, name string, flags int, resolve ...uint64) (int, error) {
	how := unix.OpenHow{
		Flags:   uint64(flags) | unix.O_PATH | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS,
	}
	for _, more := range resolve {
		how.Resolve |= more
	}
	return openat2(root, name, how)
}

// openat2 retries what the kernel asks to be retried: with RESOLVE_IN_ROOT, a
// rename or mount anywhere on the system while .. is resolved gives EAGAIN.
func openat2(dir int, name string, how unix.OpenHow) (int, error) {
	const enough = 1000 // somebody renames in a loop to keep us out
	for tries := 0; ; tries++ {
		fd, err := unix.Openat2(dir, name, &how)
		if err == unix.EINTR || (err == unix.EAGAIN && tries < enough) {
			continue
		}
		return fd, err
	}
}

// errnoOf strips the path of a descriptor that means nothing to the reader.
func errnoOf(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}
