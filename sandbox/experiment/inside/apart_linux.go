package inside

import "runtime"

// apart does something on a thread that is thrown away: ids, priorities and
// restrictions belong to a thread.
func apart[T any](do func() T) T {
	done := make(chan T)
	go func() {
		runtime.LockOSThread()
		done <- do()
	}()
	return <-done
}
