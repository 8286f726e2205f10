package inside

import (
	"time"

	"golang.org/x/sys/unix"
)

func init() { register("syscalls", makeCalls) }

// makeCalls makes them on threads that are thrown away: some, such as
// set_tid_address(2), are about the thread.
func makeCalls(a *Act) error {
	var given Syscalls
	if err := a.Given(&given); err != nil {
		return err
	}
	out := Answers{Errno: apart(func() (list []uint16) {
		for _, c := range given.Try {
			list = append(list, c.make())
		}
		return list
	})}
	for _, c := range given.Time {
		out.Cost = append(out.Cost, apart(func() (runs []float64) {
			for range min(given.Runs, 20) {
				runs = append(runs, c.cost(time.Duration(given.Micros)*time.Microsecond))
			}
			return runs
		}))
	}
	return a.Say(out)
}

func (c SystemCall) make() uint16 {
	a := c.Args
	_, _, errno := unix.RawSyscall6(uintptr(c.Number), uintptr(a[0]), uintptr(a[1]), uintptr(a[2]), uintptr(a[3]), uintptr(a[4]), uintptr(a[5]))
	return uint16(errno)
}

// cost makes the call for a time and gives nanoseconds a call.
func (c SystemCall) cost(long time.Duration) float64 {
	const batch = 256
	begin, made := time.Now(), 0
	for made == 0 || time.Since(begin) < long {
		for range batch {
			c.make()
		}
		made += batch
	}
	return float64(time.Since(begin).Nanoseconds()) / float64(made)
}
