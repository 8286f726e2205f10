package inside

import (
	"os/signal"
	"syscall"
)

func init() { register("hold", hold) }

// hold is the first process of a container: it waits until the host wants no
// more. Children that others leave to it are gone as soon as they end, for it
// ignores SIGCHLD; wait(2).
func hold(a *Act) error {
	signal.Ignore(syscall.SIGCHLD)
	a.Stay()
	return nil
}
