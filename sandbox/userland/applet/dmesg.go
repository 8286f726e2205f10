//go:build linux

package applet

import (
	"strings"

	"golang.org/x/sys/unix"
)

// dmesg prints the kernel's messages; syslog(2). There is one buffer for the
// whole machine: no namespace gives a sandbox its own.
func dmesg(c *call) int {
	if _, _, ok := c.options("r"); !ok {
		return 1
	}
	size, err := unix.Klogctl(unix.SYSLOG_ACTION_SIZE_BUFFER, nil)
	if err != nil {
		return c.fail(1, "klogctl: %s", reason(err))
	}
	buf := make([]byte, size)
	n, err := unix.Klogctl(unix.SYSLOG_ACTION_READ_ALL, buf)
	if err != nil {
		return c.fail(1, "klogctl: %s", reason(err))
	}
	for line := range strings.Lines(string(buf[:n])) {
		if level := strings.IndexByte(line, '>'); line[0] == '<' && level > 0 {
			line = line[level+1:]
		}
		c.out.WriteString(c.shown(c.file, strings.TrimRight(line, "\n")) + "\n")
	}
	return 0
}
