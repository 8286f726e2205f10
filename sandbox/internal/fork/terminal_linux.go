package fork

import (
	"fmt"
	"io/fs"
	"unsafe"

	"golang.org/x/sys/unix"
)

// OpenTerminal makes a pseudo terminal in the devpts at /dev/pts: its near side,
// which does not block, and its far side, for a child; pty(7), ioctl_tty(2).
func OpenTerminal(rows, cols uint16) (near, far int, err error) {
	near, err = unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, -1, &fs.PathError{Op: "open", Path: "/dev/ptmx", Err: err}
	}
	if err := unix.IoctlSetPointerInt(near, unix.TIOCSPTLCK, 0); err != nil {
		unix.Close(near)
		return -1, -1, fmt.Errorf("unlock terminal: %w", err)
	}
	peer, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(near), unix.TIOCGPTPEER, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC)
	if errno != 0 {
		unix.Close(near)
		return -1, -1, fmt.Errorf("open terminal: %w", errno)
	}
	far = int(peer)
	if rows > 0 && cols > 0 {
		// A terminal without a size still works; the first resize sets it.
		_ = unix.IoctlSetWinsize(far, unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: cols})
	}
	return near, far, nil
}

// Session are the calls by which a child leads a session of its own and has
// those files as the first descriptors, the first of them as its controlling
// terminal if it is one; credentials(7).
func Session(files []int, terminal bool) []Call {
	calls := []Call{{Number: unix.SYS_SETSID, Name: "setsid"}}
	for i, fd := range files {
		calls = append(calls, Call{Number: unix.SYS_DUP3, Args: [6]uintptr{uintptr(fd), uintptr(i)}, Name: "dup3"})
	}
	if terminal {
		calls = append(calls, Call{Number: unix.SYS_IOCTL, Args: [6]uintptr{0, unix.TIOCSCTTY, 1}, Name: "ioctl TIOCSCTTY"})
	}
	return calls
}

// Chdir is the call by which a child starts in a directory.
func Chdir(dir string) Call {
	name := append([]byte(dir), 0)
	return Call{Number: unix.SYS_CHDIR, Args: [6]uintptr{address(&name[0])}, Keep: name, Name: "chdir " + dir}
}

// OpenFiles undoes what Go's runtime does at its start for itself: it raises
// the soft limit on open files to one less than the hard one. A command gets
// what Linux gives a process to begin with; getrlimit(2), INR_OPEN_CUR.
func OpenFiles() []Call {
	var now unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &now) != nil || now.Cur != now.Max-1 {
		return nil
	}
	limit := &unix.Rlimit{Cur: min(1024, now.Max), Max: now.Max}
	return []Call{{Number: unix.SYS_PRLIMIT64, Name: "prlimit RLIMIT_NOFILE", Keep: limit,
		Args: [6]uintptr{0, unix.RLIMIT_NOFILE, uintptr(unsafe.Pointer(limit))}}}
}
