package tuitest

import (
	"syscall"
	"time"
)

// threadTime is the processor time that the calling thread has used; getrusage(2).
func threadTime() time.Duration {
	const thread = 1 // RUSAGE_THREAD
	var u syscall.Rusage
	if err := syscall.Getrusage(thread, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
