//go:build linux

package applet

import (
	"fmt"
	"io"
)

// uniq prints each run of equal lines once.
func uniq(c *call) int {
	o, files, ok := c.options("cdu")
	if !ok {
		return 1
	}
	if len(files) > 1 {
		return c.usage()
	}
	var before string
	n := 0
	end := func() {
		if n == 0 || o.has('d') && n == 1 || o.has('u') && n > 1 {
			return
		}
		if o.has('c') {
			fmt.Fprintf(c.out, "%7d ", n)
		}
		fmt.Fprintln(c.out, before)
	}
	status := c.inputs(files, func(_ string, r io.Reader) error {
		return eachLine(r, func(line string) bool {
			if n > 0 && line != before {
				end()
				n = 0
			}
			before = line
			n++
			return true
		})
	})
	end()
	return status
}
