package inside

import (
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

func init() { register("hold", hold) }

// hold is the first process of a container: it waits until the host wants no
// more. Children that others leave to it are gone as soon as they end, for it
// ignores SIGCHLD; wait(2). Like the init of a sandbox it is not dumpable: its
// program cannot be reached through /proc/1/exe.
func hold(a *Act) error {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return err
	}
	signal.Ignore(syscall.SIGCHLD)
	a.Stay()
	return nil
}
