package inside

import (
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

func init() { register("cpu-limit", burn) }

// burn keeps threads busy, window after window, until its time is up or the
// host wants no more.
func burn(a *Act) error {
	var given Burn
	if err := a.Given(&given); err != nil {
		return err
	}
	windows := clamp(given.Windows, 1, BurnWindows)
	window := time.Duration(clamp(given.Milliseconds, 1, BurnMilliseconds/windows)) * time.Millisecond
	threads := clamp(given.Threads, 1, BurnThreads)
	within(BurnMilliseconds*time.Millisecond + 3*time.Second)
	runtime.GOMAXPROCS(threads + 1) // the reader's
	var stop atomic.Bool
	go func() { a.Stay(); stop.Store(true) }()
	for range threads - 1 {
		go func() { turn(time.Duration(windows)*window, &stop) }()
	}
	for range windows {
		before, begin := processorTime(), time.Now()
		turn(window, &stop)
		if err := a.Say(Burnt{Wall: time.Since(begin).Microseconds(), CPU: (processorTime() - before).Microseconds()}); err != nil || stop.Load() {
			return err
		}
	}
	a.Stay()
	return nil
}

// turn is busy for that long, or until it is stopped.
func turn(d time.Duration, stop *atomic.Bool) {
	for begin := time.Now(); time.Since(begin) < d && !stop.Load(); {
	}
}

// processorTime is what all threads of this process have used; getrusage(2).
func processorTime() time.Duration {
	var u unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
