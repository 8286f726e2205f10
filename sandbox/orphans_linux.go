package sandbox

import (
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// inits are the sandboxes' first processes that live, by number.
var inits sync.Map

// buryOrphans kills and reaps what came to this process because the init of a
// sandbox was killed. As long as an init lives, the orphans of its sandbox go
// to it; so a child of ours in a session other than ours that is no living
// init is what a dead one has left. Nothing inside can hide from that, as it
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
	for range 100 { // each round buries one generation
		found := false
		for _, pid := range childrenOf(os.Getpid()) {
			if _, lives := inits.Load(pid); lives {
				continue
			}
			if session, err := unix.Getsid(pid); err != nil || session == own {
				continue
			}
			found = true
			unix.Kill(pid, unix.SIGKILL)
			unix.Wait4(pid, nil, 0, nil)
		}
		if !found {
			return
		}
	}
}
