package facts

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// parseTimeOffsets reads /proc/PID/timens_offsets: clock, seconds and
// nanoseconds, where the nanoseconds are never negative.
func parseTimeOffsets(b []byte) (TimeOffsets, error) {
	var offsets TimeOffsets
	for line := range lines(b) {
		f := strings.Fields(line)
		if len(f) != 3 {
			return TimeOffsets{}, fmt.Errorf("timens_offsets line %q does not have three fields", line)
		}
		seconds, err := strconv.ParseInt(f[1], 10, 64)
		nanoseconds, nanoErr := strconv.ParseInt(f[2], 10, 64)
		if err != nil || nanoErr != nil {
			return TimeOffsets{}, fmt.Errorf("timens_offsets line %q does not end in two numbers", line)
		}
		offset := time.Duration(seconds)*time.Second + time.Duration(nanoseconds)
		switch f[0] {
		case "monotonic", "1": // kernels before 5.7 gave the clock's number
			offsets.Monotonic = offset
		case "boottime", "7":
			offsets.Boottime = offset
		}
	}
	return offsets, nil
}
