package experiment

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

// queueOnHost tells whether the host has a queue or semaphore of that key or
// name. It asks for one that exists, and makes none; msgget(2), semget(2),
// mq_open(2).
func queueOnHost(kind string, o inside.Offered) (bool, error) {
	var errno unix.Errno
	switch kind {
	case "message-queue":
		_, _, errno = unix.Syscall(unix.SYS_MSGGET, uintptr(o.Key), 0, 0)
	case "semaphore":
		_, _, errno = unix.Syscall(unix.SYS_SEMGET, uintptr(o.Key), 0, 0)
	case "posix-queue":
		errno = openQueue(o.Queue)
	default:
		return false, fmt.Errorf("no kind of queue: %q", kind)
	}
	switch errno {
	case unix.ENOENT, unix.ENOSYS:
		return false, nil
	case 0, unix.EACCES:
		return true, nil
	}
	return false, errno
}

func openQueue(name string) unix.Errno {
	path := append([]byte(name), 0)
	fd, _, errno := unix.Syscall6(unix.SYS_MQ_OPEN, uintptr(unsafe.Pointer(&path[0])), unix.O_RDONLY|unix.O_CLOEXEC, 0, 0, 0, 0)
	if errno == 0 {
		unix.Close(int(fd))
	}
	return errno
}
