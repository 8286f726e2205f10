package inside

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

func init() { register("clock", readClocks) }

func readClocks(a *Act) error {
	var out Clocks
	for clock, to := range map[int32]*int64{unix.CLOCK_BOOTTIME: &out.Boot, unix.CLOCK_REALTIME: &out.Wall} {
		var ts unix.Timespec
		if err := unix.ClockGettime(clock, &ts); err != nil {
			return err
		}
		*to = ts.Nano()
	}
	if err := mightSetClock(); err != unix.EINVAL {
		out.Refused = Explain(err)
	}
	return a.Say(out)
}

// mightSetClock gives no time and a time zone that is further west than there
// are hours. settimeofday(2) looks at the zone after the permission, while an
// impossible time would be rejected before; do_sys_settimeofday64 in
// kernel/time/time.c.
func mightSetClock() error {
	zone := struct{ minutesWest, dst int32 }{minutesWest: 48 * 60}
	_, _, errno := unix.RawSyscall(unix.SYS_SETTIMEOFDAY, 0, uintptr(unsafe.Pointer(&zone)), 0)
	if errno == 0 {
		return nil
	}
	return errno
}
