package fork

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// sigset is the kernel's set of signals: one bit each, the first for 1.
type sigset uint64

// deaf are the signals that may be meant for a command and hit its init: those
// that end or stop a process unless it is told otherwise. An init that did not
// know them yet would die of the first.
var deaf = setOf(unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGUSR1, unix.SIGUSR2, unix.SIGALRM,
	unix.SIGTSTP, unix.SIGTTIN, unix.SIGTTOU)

func setOf(signals ...unix.Signal) (set sigset) {
	for _, s := range signals {
		set |= 1 << (s - 1)
	}
	return set
}

const setMask = 2 // SIG_SETMASK

// Deafen blocks signals that are not meant for an init, from before it executes:
// Go keeps the mask that a process is born with. Blocked and not ignored, for a
// signal that is ignored stays so in every command; sigprocmask(2), signal(7).
func Deafen() Call { return mask(deaf) }

// Hear lets a command have all signals.
func Hear() Call { return mask(0) }

func mask(set sigset) Call {
	kept := &set
	return Call{Number: unix.SYS_RT_SIGPROCMASK, Name: "rt_sigprocmask", Keep: kept,
		Args: [6]uintptr{setMask, uintptr(unsafe.Pointer(kept)), 0, unsafe.Sizeof(set)}}
}
