package sandbox

import (
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// living are the children that we know of and that live, by number: the
// sandboxes' first processes, and commands on the host.
var living sync.Map

// buryOrphans kills and reaps what came to this process because the init of a
// sandbox was killed. As long as an init lives, the orphans of its sandbox go
// to it, and those of a command on the host to that; so a child of ours in a
// session other than ours that is none of these is what a dead one has left. Nothing inside can hide from that, as it
// could by cleaning its environment.
//
// It means that this program must start no other children in sessions of
// their own. It runs on the spawner's thread, so that no init is just being
// born.
func buryOrphans() {
	own, err := unix.Getsid(0)
	if err != nil {
		return
	}
	for deadline := time.Now().Add(orphanPatience); killOrphans(own) && time.Now().Before(deadline); {
		time.Sleep(100 * time.Microsecond)
	}
}

// orphanPatience bounds the wait for those that do not die at once, be it that
// the kernel waits for a disk: nobody else is born meanwhile.
const orphanPatience = 2 * time.Second

// killOrphans buries a generation, and tells whether there was one.
func killOrphans(own int) (found bool) {
	// The kernel gives orphans to the first thread, which in Go never ends;
	// find_new_reaper of kernel/exit.c.
	for _, pid := range childrenOfThread(os.Getpid(), os.Getpid()) {
		if _, lives := living.Load(pid); lives {
			continue
		}
		if session, err := unix.Getsid(pid); err != nil || session == own {
			continue
		}
		// One that a set-user-id program has made somebody else's cannot be ended.
		found = unix.Kill(pid, unix.SIGKILL) == nil || found
		unix.Wait4(pid, nil, unix.WNOHANG, nil)
	}
	return found
}
