package experiment

import (
	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

// readClocks reads the host's clocks; clock_gettime(2).
func readClocks() (c inside.Clocks, err error) {
	for id, to := range map[int32]*int64{unix.CLOCK_BOOTTIME: &c.Boot, unix.CLOCK_REALTIME: &c.Wall} {
		var ts unix.Timespec
		if err := unix.ClockGettime(id, &ts); err != nil {
			return c, err
		}
		*to = ts.Nano()
	}
	return c, nil
}
