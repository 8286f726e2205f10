//go:build linux

package applet

import (
	"fmt"
	"io"
	"os"
)

// cat prints files. It writes past the buffer, so that what comes from a pipe
// or a terminal is seen at once.
func cat(c *call) int {
	o, files, ok := c.options("nu")
	if !ok {
		return 1
	}
	n := 0
	return c.inputs(files, func(_ string, r io.Reader) error {
		if !o.has('n') {
			return c.pour(r)
		}
		return eachLine(r, func(line string) bool {
			n++
			fmt.Fprintf(c.out, "%6d\t%s\n", n, line)
			return true
		})
	})
}

// pour copies a reader to the output as it comes.
func (c *call) pour(r io.Reader) error {
	if err := c.out.Flush(); err != nil {
		return err
	}
	_, err := io.Copy(struct{ io.Writer }{c.file}, struct{ io.Reader }{r})
	if e, ok := err.(*os.PathError); ok && e.Op == "write" {
		c.complain("write error", err)
		os.Exit(1)
	}
	return err
}
