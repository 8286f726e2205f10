package lessons

import (
	"runtime/debug"
	"sync"
)

// patience holds the collector back while a course is read. Reading takes a few
// megabytes and a few milliseconds; with the collector at its usual pace, a
// quarter of that time goes to looking through what is still needed. The pace
// belongs to the whole program, so it is given back when the last reader is
// done, and the heap cannot grow without a bound meanwhile. Where GOGC asks for
// another pace than the usual one, somebody counts memory: it is kept.
var patience struct {
	sync.Mutex
	readers, usual int
}

// patientPercent is how far the heap may grow beyond what is in use before it
// is collected (runtime/debug.SetGCPercent).
const patientPercent = 800

// bePatient begins to hold the collector back; what it returns ends it.
func bePatient() (end func()) {
	patience.Lock()
	defer patience.Unlock()
	if patience.readers++; patience.readers == 1 {
		if patience.usual = debug.SetGCPercent(patientPercent); patience.usual < 100 {
			debug.SetGCPercent(patience.usual)
		}
	}
	return func() {
		patience.Lock()
		defer patience.Unlock()
		if patience.readers--; patience.readers == 0 {
			debug.SetGCPercent(patience.usual)
		}
	}
}
