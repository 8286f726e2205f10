package experiment

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// killFirst kills PID 1 of the pid namespace that another process is in, and
// nobody else: a number may be another's by now, and a pidfd is not;
// pidfd_open(2).
func killFirst(pid, beside int) error {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return fmt.Errorf("pidfd_open process %d: %w", pid, err)
	}
	defer unix.Close(fd)
	own, there := namespace(fmt.Sprint(pid), "pid"), namespace(fmt.Sprint(beside), "pid")
	if own == 0 || own != there || own == namespace("self", "pid") {
		return fmt.Errorf("process %d is not in the namespace of process %d: %w", pid, beside, unix.ESRCH)
	}
	return unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0)
}
