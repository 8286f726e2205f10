package inside

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

func init() {
	wayOut("terminal", func(a *attempt) error { return a.onTerminal(writeTerminal) })
	wayOut("tiocsti", func(a *attempt) error { return a.onTerminal(typeTerminal) })
}

// onTerminal opens the canary's pseudo terminal, and makes sure that it is that
// one: here its path may name another.
func (a *attempt) onTerminal(do func(fd int) error) error {
	tty := a.Canary.Terminal
	if tty.Path == "" {
		return missing("the canary has no terminal")
	}
	fd, err := unix.Open(tty.Path, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: tty.Path, Err: err}
	}
	defer unix.Close(fd)
	if err := tty.is(fd); err != nil {
		return err
	}
	return do(fd)
}

// writeTerminal writes what a terminal would take for a command: on a person's
// it would set the title.
func writeTerminal(fd int) error {
	_, err := unix.Write(fd, []byte("\x1b]0;tentpole\a"))
	return os.NewSyscallError("write", err)
}

// typeTerminal types a character, as if at the keyboard; ioctl_tty(2), TIOCSTI.
func typeTerminal(fd int) error {
	key := [1]byte{'x'}
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.TIOCSTI, uintptr(unsafe.Pointer(&key)))
	return refused("ioctl(TIOCSTI)", errno)
}
