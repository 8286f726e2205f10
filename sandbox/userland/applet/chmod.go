//go:build linux

package applet

import (
	"io/fs"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// chmod changes permissions. All twelve bits can be set, set-user-id and the
// rest among them.
func chmod(c *call) int {
	recursive, operands, ok := c.chmodArguments()
	if !ok || len(operands) < 2 {
		return c.usage()
	}
	text, umask := operands[0], currentUmask()
	if _, err := changeMode(text, 0, false, umask); err != nil {
		return c.fail(1, "%v", err)
	}
	status := 0
	for _, path := range operands[1:] {
		err := below(path, recursive, func(path string, _ fs.FileMode) error {
			err := chmodOne(path, text, umask)
			if err != nil && err != errIsLink {
				status = c.complain(path, err)
			}
			return nil
		})
		if err != nil {
			status = c.complain(path, err)
		}
	}
	return status
}

// chmodArguments takes -w and the like for a mode, not for options.
func (c *call) chmodArguments() (recursive bool, operands []string, ok bool) {
	for i, a := range c.args {
		switch {
		case a == "-R" || a == "--recursive":
			recursive = true
		case a == "--":
			return recursive, append(operands, c.args[i+1:]...), true
		case len(a) > 1 && a[0] == '-' && strings.Trim(a[1:], "rwxXst,+-=ugoa") != "":
			c.fail(1, "invalid option -- '%s'", strings.TrimLeft(a, "-"))
			return false, nil, false
		default:
			operands = append(operands, a)
		}
	}
	return recursive, operands, true
}

// errIsLink says that a symbolic link was met; links have no mode of their own.
var errIsLink = unix.EOPNOTSUPP

func chmodOne(path, text string, umask uint32) error {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return err
	}
	bits, err := changeMode(text, st.Mode&0o7777, st.Mode&unix.S_IFMT == unix.S_IFDIR, umask)
	if err != nil {
		return err
	}
	return unix.Chmod(path, bits)
}

// below calls f with the path and, when recursive, with everything below it.
// Symbolic links below are left out. It stops at the first error of f; what
// cannot be read is an error too.
func below(path string, recursive bool, f func(path string, kind fs.FileMode) error) error {
	if !recursive {
		return f(path, 0)
	}
	return filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if p != path && d.Type()&fs.ModeSymlink != 0 {
			return nil
		}
		return f(p, d.Type())
	})
}
