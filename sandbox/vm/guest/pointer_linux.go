package guest

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ioctl gives the kernel bytes to read and to write; ioctl(2).
func ioctl(f *os.File, request uintptr, argument []byte) error {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, f.Fd(), request, uintptr(unsafe.Pointer(&argument[0])))
	if errno != 0 {
		return errno
	}
	return nil
}
