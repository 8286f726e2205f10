package proto

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// Hands is a socket over which a process that raises a sandbox beside its init
// gets descriptors, and gives them: one byte each time, and descriptors with it.
// Both ends block.
func Hands() (ours, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("socketpair: %w", err)
	}
	return os.NewFile(uintptr(fds[0]), "hands"), os.NewFile(uintptr(fds[1]), "hands"), nil
}

// Hand sends descriptors, which stay the caller's.
func Hand(hands *os.File, fds ...int) error {
	var control []byte
	if len(fds) > 0 {
		control = unix.UnixRights(fds...)
	}
	if err := unix.Sendmsg(int(hands.Fd()), []byte{0}, control, nil, unix.MSG_NOSIGNAL); err != nil {
		return fmt.Errorf("send descriptors: %w", err)
	}
	return nil
}

// Handed takes the descriptors that were sent; they are the caller's to close. It
// does not wait: nothing there is io.EOF.
func Handed(hands *os.File) ([]int, error) {
	control := make([]byte, unix.CmsgSpace(maxDescriptors*4))
	n, used, _, _, err := unix.Recvmsg(int(hands.Fd()), make([]byte, 1), control, unix.MSG_CMSG_CLOEXEC|unix.MSG_DONTWAIT)
	if err == unix.EAGAIN || err == nil && n == 0 {
		return nil, io.EOF
	}
	if err != nil || used == 0 {
		return nil, err
	}
	return rights(control[:used])
}
