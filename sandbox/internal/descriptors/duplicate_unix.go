//go:build unix

package descriptors

import (
	"os"

	"golang.org/x/sys/unix"
)

// duplicate is fcntl(2) with F_DUPFD_CLOEXEC. The file is left as it is:
// File.Fd would have its reads block.
func duplicate(f *os.File) (*os.File, error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return nil, err
	}
	fd, refused := -1, error(nil)
	err = raw.Control(func(old uintptr) { fd, refused = unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 3) })
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return nil, os.NewSyscallError("fcntl", refused)
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}
