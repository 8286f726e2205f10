package fork

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// Personal are signals that are meant for commands, and that end or stop an
// init that does not expect them.
var Personal = []unix.Signal{
	unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGUSR1, unix.SIGUSR2, unix.SIGALRM,
	unix.SIGTSTP, unix.SIGTTIN, unix.SIGTTOU,
}

// sigaction is the kernel's struct of that name; rt_sigaction(2).
type sigaction struct{ handler, flags, restorer, mask uintptr }

var ignored, usual = &sigaction{handler: 1}, &sigaction{} // SIG_IGN, SIG_DFL

const (
	lastSignal  = 64 // signal(7)
	sizeOfASet  = unsafe.Sizeof(usual.mask)
	replaceMask = 2 // SIG_SETMASK
)

// Ignore has the kernel ignore a signal from now on, behind the runtime's back.
func Ignore(s unix.Signal) { act(int(s), ignored, nil) }

// Unignore gives the calling process those signals back that it was started with
// as ignored ones.
func Unignore() {
	for _, s := range ignoredOnes() {
		act(s, usual, nil)
	}
}

// ignoredOnes are the signals that this process ignores.
func ignoredOnes() (signals []int) {
	var now sigaction
	for s := range lastSignal {
		if act(s+1, nil, &now); now.handler == ignored.handler {
			signals = append(signals, s+1)
		}
	}
	return signals
}

// act is rt_sigaction(2). It is refused only for numbers that are no signals, or
// that cannot be ignored.
func act(signal int, set, was *sigaction) {
	unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(signal), uintptr(unsafe.Pointer(set)), uintptr(unsafe.Pointer(was)), sizeOfASet, 0, 0)
}

// Hearing are the calls by which a command gets all signals as after an exec in
// a fresh session, whatever tentpole was started with: what is ignored or blocked
// stays so when a program is executed.
func Hearing() (calls []Call) {
	heard := ignoredOnes()
	for _, s := range Personal {
		heard = append(heard, int(s))
	}
	for _, s := range heard {
		calls = append(calls, Call{Number: unix.SYS_RT_SIGACTION, Name: "rt_sigaction", Keep: usual,
			Args: [6]uintptr{uintptr(s), address(usual), 0, sizeOfASet}})
	}
	return append(calls, mask(0))
}

// Deafen is the call by which a child keeps those signals waiting over its exec,
// until the program has decided what to do about them.
func Deafen() Call {
	var set uint64
	for _, s := range Personal {
		set |= 1 << (s - 1)
	}
	return mask(set)
}

func mask(signals uint64) Call {
	set := &signals
	return Call{Number: unix.SYS_RT_SIGPROCMASK, Name: "rt_sigprocmask", Keep: set, Args: [6]uintptr{replaceMask, address(set), 0, sizeOfASet}}
}
