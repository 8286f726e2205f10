package inside

import (
	"os"
	"runtime"
	"sync"
	"time"
)

// within ends the program when an eater is not done by then, whatever it is
// waiting for.
func within(d time.Duration) { time.AfterFunc(d, func() { os.Exit(124) }) }

// clamp holds what was asked for between an eater's own bounds.
func clamp(n, least, most int) int { return min(max(n, least), most) }

// spares is more threads than the runtime wants at a time.
const spares = 6

// spareThreads has the runtime make its threads now: it keeps idle ones, and ends
// the program when it wants another and clone(2) says EAGAIN.
func spareThreads() {
	var there, leave sync.WaitGroup
	there.Add(spares)
	leave.Add(1)
	for range spares {
		go func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			there.Done()
			leave.Wait()
		}()
	}
	there.Wait()
	leave.Done()
}
