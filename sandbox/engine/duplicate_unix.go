//go:build unix

package engine

import (
	"os"

	"golang.org/x/sys/unix"
)

// duplicate opens a file once more, with whatever it waits by left as it is.
func duplicate(f *os.File) (*os.File, error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return nil, err
	}
	fd, refused := -1, error(nil)
	err = raw.Control(func(old uintptr) { fd, refused = unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0) })
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return nil, os.NewSyscallError("fcntl", refused)
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}
