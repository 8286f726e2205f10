//go:build linux

package applet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// mkdir makes directories.
func mkdir(c *call) int {
	o, names, ok := c.options("pvm:")
	if !ok {
		return 1
	}
	if len(names) == 0 {
		return c.usage()
	}
	mode := uint32(0o777)
	if o.has('m') {
		var err error
		if mode, err = changeMode(o.value('m', ""), 0o777, true, currentUmask()); err != nil {
			return c.fail(1, "%v", err)
		}
	}
	status := 0
	for _, name := range names {
		if err := makeDirectory(name, o.has('p')); err != nil {
			status = c.fail(1, "cannot create directory '%s': %s", name, reason(err))
			continue
		}
		if o.has('m') {
			if err := unix.Chmod(name, mode); err != nil {
				status = c.complain(name, err)
			}
		}
		if o.has('v') {
			fmt.Fprintf(c.out, "mkdir: created directory '%s'\n", c.shown(c.file, name))
		}
	}
	return status
}

func makeDirectory(name string, parents bool) error {
	if !parents {
		return os.Mkdir(name, 0o777)
	}
	return os.MkdirAll(name, 0o777)
}

// rmdir removes empty directories, with -p their empty parents too.
func rmdir(c *call) int {
	o, names, ok := c.options("p")
	if !ok {
		return 1
	}
	if len(names) == 0 {
		return c.usage()
	}
	status := 0
	for _, name := range names {
		for dir := filepath.Clean(name); dir != "." && dir != "/"; dir = filepath.Dir(dir) {
			if err := unix.Rmdir(dir); err != nil {
				status = c.fail(1, "failed to remove '%s': %s", dir, reason(err))
				break
			}
			if !o.has('p') {
				break
			}
		}
	}
	return status
}

// exists tells whether there is anything at the path, a link included.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
