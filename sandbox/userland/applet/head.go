//go:build linux

package applet

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// head prints the first ten lines of files, or as many as it is told.
func head(c *call) int {
	c.args = dashNumber(c.args)
	o, files, ok := c.options("n:c:q")
	if !ok {
		return 1
	}
	n, unit, err := amount(o)
	if err != nil {
		return c.fail(1, "%v", err)
	}
	title := titles(c, files)
	return c.inputs(files, func(name string, r io.Reader) error {
		title(name)
		if unit == 'c' {
			_, err := io.CopyN(c.out, r, n)
			if err == io.EOF {
				err = nil
			}
			return err
		}
		left := n
		if left == 0 {
			return nil
		}
		return eachLine(r, func(line string) bool {
			left--
			fmt.Fprintln(c.out, line)
			return left > 0
		})
	})
}

// amount reads -n and -c: how many, and of which.
func amount(o options) (n int64, unit byte, err error) {
	unit = 'n'
	if o.has('c') {
		unit = 'c'
	}
	text := o.value(unit, "10")
	n, err = strconv.ParseInt(strings.TrimPrefix(text, "-"), 10, 64)
	if err != nil || n < 0 {
		return 0, unit, fmt.Errorf("invalid number '%s'", text)
	}
	return n, unit, nil
}

// titles returns what prints a file's name above it when there are several.
func titles(c *call, files []string) func(name string) {
	first := true
	return func(name string) {
		if len(files) < 2 {
			return
		}
		if !first {
			fmt.Fprintln(c.out)
		}
		first = false
		fmt.Fprintf(c.out, "==> %s <==\n", c.shown(c.file, name))
	}
}
