package facts

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// procDir is an open /proc/PID. Everything is read relative to it: once the
// process is gone the kernel answers ESRCH, and never shows another process
// that was given the same number since.
type procDir struct {
	fd   int
	name string
}

func openProc(name string) (procDir, error) {
	fd, err := openat(unix.AT_FDCWD, "/proc/"+name, unix.O_PATH|unix.O_DIRECTORY)
	return procDir{fd, name}, err
}

func (d procDir) close() { _ = unix.Close(d.fd) }

// same reports whether both are directories of one process.
func (d procDir) same(other procDir) (bool, error) {
	var a, b unix.Stat_t
	if err := unix.Fstat(d.fd, &a); err != nil {
		return false, err
	}
	if err := unix.Fstat(other.fd, &b); err != nil {
		return false, err
	}
	return a.Dev == b.Dev && a.Ino == b.Ino, nil
}

// errCut says that a file was longer than this package is ready to read.
var errCut = errors.New("longer than this reader goes, and cut")

// read reads a file to its end, or to max bytes and errCut: the process under
// inspection may have made it as long as it likes.
func (d procDir) read(name string, max int) ([]byte, error) {
	return readAt(d.fd, name, max)
}

func (d procDir) readlink(name string) (string, error) {
	buf := make([]byte, 256)
	for {
		n, err := ignoringEINTR(func() (int, error) { return unix.Readlinkat(d.fd, name, buf) })
		if err != nil {
			return "", err
		}
		if n < len(buf) {
			return string(buf[:n]), nil
		}
		buf = make([]byte, 2*len(buf))
	}
}

func readAt(dir int, name string, max int) ([]byte, error) {
	fd, err := openat(dir, name, unix.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	buf := make([]byte, 0, 4096)
	for {
		n, err := ignoringEINTR(func() (int, error) { return unix.Read(fd, buf[len(buf):cap(buf)]) })
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return buf, nil
		}
		buf = buf[:len(buf)+n]
		if len(buf) >= max {
			return buf[:max], fmt.Errorf("%s is %w at %d bytes", name, errCut, max)
		}
		if len(buf) == cap(buf) {
			buf = append(make([]byte, 0, 2*cap(buf)), buf...)
		}
	}
}

func openat(dir int, name string, flags int) (int, error) {
	return ignoringEINTR(func() (int, error) { return unix.Openat(dir, name, flags|unix.O_CLOEXEC, 0) })
}

func ignoringEINTR(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != unix.EINTR {
			return n, err
		}
	}
}
