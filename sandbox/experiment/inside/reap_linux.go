package inside

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

func init() { register("reap", reap) }

// reap is the first process of a container that has no other: it says that it is
// there, collects what others leave behind, and stays until the host wants no
// more. It starts no process of its own, so that every one that ends is a
// stranger's.
func reap(a *Act) error {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGCHLD)
	go func() {
		for range ended {
			collect()
		}
	}()
	if err := a.Say(true); err != nil {
		return err
	}
	a.Stay()
	return nil
}

// collect reaps all that have ended: one signal may stand for several; wait(2).
func collect() {
	for {
		if pid, err := unix.Wait4(-1, nil, unix.WNOHANG, nil); pid <= 0 && err != unix.EINTR {
			return
		}
	}
}
