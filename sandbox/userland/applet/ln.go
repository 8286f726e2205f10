//go:build linux

package applet

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// ln makes links, hard ones or with -s symbolic ones.
func ln(c *call) int {
	o, names, ok := c.options("sfnvT")
	if !ok {
		return 1
	}
	if len(names) == 1 {
		names = append(names, ".")
	}
	if len(names) > 1 && o.has('n') { // a link to a directory is replaced, not entered
		if dest := names[len(names)-1]; len(names) == 2 && leadsToDirectory(dest) {
			return c.linked(c.link(o, names[0], dest), names[0], dest)
		}
	}
	return c.each(names, func(target, name string) error { return c.link(o, target, name) })
}

func (c *call) linked(err error, target, name string) int {
	if err != nil {
		return c.fail(1, "%s", subjectAndReason(name, err))
	}
	return 0
}

func leadsToDirectory(name string) bool {
	info, err := os.Lstat(name)
	return err == nil && info.Mode()&os.ModeSymlink != 0
}

func (c *call) link(o options, target, name string) error {
	if o.has('f') && exists(name) {
		if err := os.Remove(name); err != nil {
			return said(fmt.Sprintf("cannot remove '%s': %s", name, reason(err)))
		}
	}
	kind, call := "hard link", unix.Link
	if o.has('s') {
		kind, call = "symbolic link", unix.Symlink
	} else if !exists(target) {
		return said(fmt.Sprintf("failed to access '%s': No such file or directory", target))
	}
	if err := call(target, name); err != nil {
		return said(fmt.Sprintf("failed to create %s '%s': %s", kind, name, reason(err)))
	}
	if o.has('v') {
		fmt.Fprintf(c.out, "'%s' -> '%s'\n", c.shown(c.file, name), c.shown(c.file, target))
	}
	return nil
}

// readlink prints where links lead; with -f the path without any links in it.
func readlink(c *call) int {
	o, names, ok := c.options("fn")
	if !ok {
		return 1
	}
	if len(names) == 0 {
		return c.usage()
	}
	status := 0
	for _, name := range names {
		target, err := os.Readlink(name)
		if o.has('f') {
			if target, err = filepath.EvalSymlinks(name); err == nil {
				target, err = filepath.Abs(target)
			}
		}
		if err != nil {
			status = 1 // without a word, as everywhere
			continue
		}
		fmt.Fprintln(c.out, c.shown(c.file, target))
	}
	return status
}
