package sandbox

import (
	"os"

	"golang.org/x/sys/unix"
)

// Bound sets the resource limits of a living sandbox's init, which every command
// started from then on inherits; prlimit(2). They can only be lowered inside.
func (s *Sandbox) Bound(r Rlimits) error {
	select {
	case <-s.gone:
		return s.over()
	default:
	}
	for _, l := range []struct {
		which int
		most  uint64
		name  string
	}{
		{unix.RLIMIT_NOFILE, r.Files, "RLIMIT_NOFILE"}, {unix.RLIMIT_MEMLOCK, r.Locked, "RLIMIT_MEMLOCK"},
		{unix.RLIMIT_MSGQUEUE, r.Queues, "RLIMIT_MSGQUEUE"}, {unix.RLIMIT_SIGPENDING, r.Signals, "RLIMIT_SIGPENDING"},
		{unix.RLIMIT_CORE, r.Core, "RLIMIT_CORE"},
	} {
		if err := unix.Prlimit(s.InitPID(), l.which, &unix.Rlimit{Cur: l.most, Max: l.most}, nil); err != nil {
			return &Error{Op: "prlimit " + l.name, Target: s.plan.Name, Err: os.NewSyscallError("prlimit", err), Remedy: "it takes CAP_SYS_RESOURCE over the sandbox; prlimit(2)"}
		}
	}
	return nil
}
