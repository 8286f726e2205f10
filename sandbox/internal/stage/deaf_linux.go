package stage

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
)

// Signals meant for commands end or stop an init that does not expect them.
var (
	// ending are those for which Go has a handler of its own, and which it gives
	// back their defaults in whatever it forks.
	ending = []unix.Signal{unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGUSR1, unix.SIGUSR2, unix.SIGALRM}
	// stopping are those that Go leaves alone.
	stopping = []unix.Signal{unix.SIGTSTP, unix.SIGTTIN, unix.SIGTTOU}
)

// sigaction is the kernel's struct of that name; rt_sigaction(2).
type sigaction struct{ handler, flags, restorer, mask uintptr }

var ignored, usual = &sigaction{handler: 1}, &sigaction{} // SIG_IGN, SIG_DFL

// deafen has the kernel ignore them, behind the runtime's back: os/signal does
// it too late. Its goroutine may not have run when the first command sends one,
// and Go's own handler ends the process, even a PID 1 that the kernel would have
// spared.
func deafen() {
	for _, s := range append(ending, stopping...) {
		unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(s), uintptr(unsafe.Pointer(ignored)), 0, unsafe.Sizeof(ignored.mask), 0, 0)
	}
}

// hearing are the calls by which a command gets the rest of them back: what is
// ignored stays so when a program is executed.
func hearing() (calls []fork.Call) {
	for _, s := range stopping {
		calls = append(calls, fork.Call{Number: unix.SYS_RT_SIGACTION, Name: "rt_sigaction", Keep: usual,
			Args: [6]uintptr{uintptr(s), uintptr(unsafe.Pointer(usual)), 0, unsafe.Sizeof(usual.mask)}})
	}
	return calls
}
