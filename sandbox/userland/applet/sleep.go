//go:build linux

package applet

import (
	"strconv"
	"time"
)

// units are the letters that a time may end in.
var units = map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}

// sleep waits for the sum of the times.
func sleep(c *call) int {
	if len(c.args) == 0 {
		return c.usage()
	}
	var total time.Duration
	for _, text := range c.args {
		d, ok := seconds(text)
		if !ok {
			return c.fail(1, "invalid time interval '%s'", text)
		}
		total += d
	}
	time.Sleep(total)
	return 0
}

// seconds reads 10, 0.5 and 2m.
func seconds(text string) (time.Duration, bool) {
	unit := time.Second
	if n := len(text); n > 0 {
		if u, ok := units[text[n-1]]; ok {
			unit, text = u, text[:n-1]
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f < 0 || f != f {
		return 0, false
	}
	return time.Duration(min(f*float64(unit), 1<<62)), true
}
