//go:build linux

package shell

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// terminal is the shell's terminal.
type terminal struct {
	fd    int
	file  *os.File // opened once more, for reads that Ctrl-C can end
	group int      // the shell's process group; 0 without job control
	modes *term.State
}

// openTerminal takes the terminal over: the shell leads a process group of its
// own in its foreground. Where that is not allowed (no controlling terminal)
// there is no job control.
func openTerminal(f *os.File) *terminal {
	t := &terminal{fd: int(f.Fd()), file: f}
	t.modes, _ = term.GetState(t.fd)
	if fd, err := unix.Open("/dev/tty", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0); err == nil {
		t.file = os.NewFile(uintptr(fd), "/dev/tty")
	}
	if front, err := unix.IoctlGetInt(t.fd, unix.TIOCGPGRP); err != nil || front != unix.Getpgrp() {
		return t
	}
	if unix.Getpgrp() != unix.Getpid() && unix.Setpgid(0, 0) != nil {
		return t
	}
	t.group = unix.Getpgrp()
	t.give(t.group)
	return t
}

// controls tells whether there is job control.
func (t *terminal) controls() bool { return t != nil && t.group != 0 }

// give puts a process group into the foreground. The kernel stops who does so
// from the background, unless SIGTTOU is blocked; tcsetpgrp(3).
func (t *terminal) give(group int) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, ttou unix.Sigset_t
	ttou.Val[0] = 1 << (uint(unix.SIGTTOU) - 1)
	unix.PthreadSigmask(unix.SIG_BLOCK, &ttou, &before)
	unix.IoctlSetPointerInt(t.fd, unix.TIOCSPGRP, group)
	unix.PthreadSigmask(unix.SIG_SETMASK, &before, nil)
}

// take puts the shell back into the foreground. After a command that was killed
// or stopped, the terminal's modes may be anything.
func (t *terminal) take(reset bool) {
	t.give(t.group)
	if reset && t.modes != nil {
		term.Restore(t.fd, t.modes)
	}
}
