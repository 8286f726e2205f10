package stage

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
)

// personal are signals that are meant for commands, and that end or stop an
// init that does not expect them.
var personal = []unix.Signal{
	unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGUSR1, unix.SIGUSR2, unix.SIGALRM,
	unix.SIGTSTP, unix.SIGTTIN, unix.SIGTTOU,
}

// sigaction is the kernel's struct of that name; rt_sigaction(2).
type sigaction struct{ handler, flags, restorer, mask uintptr }

var ignored, usual = &sigaction{handler: 1}, &sigaction{} // SIG_IGN, SIG_DFL

// deafen has the kernel ignore them, behind the runtime's back: os/signal does
// it too late. Its goroutine may not have run when the first command sends one,
// and Go's own handler ends the process, even a PID 1 that the kernel would have
// spared.
//
// What tentpole was started with is of no interest to commands: a signal that is
// ignored here is not any more.
func deafen() {
	var now sigaction
	for s := range lastSignal {
		if ask(s+1, nil, &now); now.handler == ignored.handler {
			ask(s+1, usual, nil)
		}
	}
	for _, s := range personal {
		ask(int(s), ignored, nil)
	}
}

// ask is rt_sigaction(2). It is refused only for numbers that are no signals, or
// that cannot be ignored.
func ask(signal int, set, was *sigaction) {
	unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(signal), uintptr(unsafe.Pointer(set)), uintptr(unsafe.Pointer(was)), unsafe.Sizeof(ignored.mask), 0, 0)
}

const lastSignal = 64 // signal(7)

// hearing are the calls by which a command gets them back, whatever tentpole was
// started with: what is ignored stays so when a program is executed.
func hearing() (calls []fork.Call) {
	for _, s := range personal {
		calls = append(calls, fork.Call{Number: unix.SYS_RT_SIGACTION, Name: "rt_sigaction", Keep: usual,
			Args: [6]uintptr{uintptr(s), uintptr(unsafe.Pointer(usual)), 0, unsafe.Sizeof(usual.mask)}})
	}
	return calls
}
