//go:build linux

package shell

import (
	"runtime"
	"sync"
)

// spare is how many threads the shell keeps for later: for a read that blocks,
// for signals, for starting a process, for one that is locked, and two besides.
const spare = 6

// keepThreads makes threads while they are to be had. Go makes one when it needs
// it and ends the process when it gets none, so a shell would die of a limit on
// tasks that its commands have used up. Threads that have been made stay.
func keepThreads() {
	runtime.GOMAXPROCS(1) // fewer threads run at once, so fewer are needed
	var made, over sync.WaitGroup
	enough := make(chan struct{})
	for range spare {
		made.Add(1)
		over.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			made.Done()
			<-enough
		})
	}
	made.Wait()
	close(enough)
	over.Wait()
}
