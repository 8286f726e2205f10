//go:build linux

package applet

import (
	"bufio"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// mv moves files. To another file system it copies and removes.
func mv(c *call) int {
	o, names, ok := c.options("finvT")
	if !ok {
		return 1
	}
	answers := bufio.NewReader(c.in)
	return c.each(names, func(from, to string) error {
		if exists(to) && (o.has('n') || o.has('i') && !c.agrees(answers, "overwrite '%s'?", to)) {
			return nil
		}
		if err := c.move(from, to); err != nil {
			return err
		}
		if o.has('v') {
			fmt.Fprintf(c.out, "renamed '%s' -> '%s'\n", c.shown(c.file, from), c.shown(c.file, to))
		}
		return nil
	})
}

func (c *call) move(from, to string) error {
	if !exists(from) {
		return said(fmt.Sprintf("cannot stat '%s': No such file or directory", from))
	}
	err := unix.Rename(from, to)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EINVAL):
		return said(fmt.Sprintf("cannot move '%s' to a subdirectory of itself, '%s'", from, to))
	case !errors.Is(err, unix.EXDEV):
		return said(fmt.Sprintf("cannot move '%s' to '%s': %s", from, to, reason(err)))
	}
	if err := c.copy(options{'r': {""}, 'p': {""}}, from, to); err != nil {
		return err
	}
	return os.RemoveAll(from)
}
