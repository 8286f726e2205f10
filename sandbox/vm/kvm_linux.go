package vm

import (
	"os"

	"golang.org/x/sys/unix"
)

// createMachine asks for a machine and lets go of it.
func createMachine(device *os.File) error {
	const kvmCreateVM = 0xAE01 // include/uapi/linux/kvm.h
	fd, _, errno := unix.Syscall(unix.SYS_IOCTL, device.Fd(), kvmCreateVM, 0)
	if errno != 0 {
		return errno
	}
	return unix.Close(int(fd))
}
