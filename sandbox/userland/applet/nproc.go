//go:build linux

package applet

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// nproc prints how many processors this process may run on. A limit on
// processor time (cpu.max) does not change it.
func nproc(c *call) int {
	if _, _, ok := c.options(""); !ok {
		return 1
	}
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return c.complain("sched_getaffinity", err)
	}
	fmt.Fprintln(c.out, set.Count())
	return 0
}
