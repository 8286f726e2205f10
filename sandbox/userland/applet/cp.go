//go:build linux

package applet

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	ucp "github.com/u-root/u-root/pkg/core/cp"
	"golang.org/x/sys/unix"
)

// cp copies files and trees. The copying is u-root's.
func cp(c *call) int {
	o, names, ok := c.options("rRapdfivPT")
	if !ok {
		return 1
	}
	o['r'] = append(append(o['r'], o['R']...), o['a']...)
	o['p'] = append(o['p'], o['a']...)
	return c.each(names, func(from, to string) error { return c.copy(o, from, to) })
}

// each calls f with each source and the place it goes to: the last name, or a
// place of the same name below it when that is a directory.
func (c *call) each(names []string, f func(from, to string) error) int {
	if len(names) < 2 {
		return c.usage()
	}
	sources, dest := names[:len(names)-1], names[len(names)-1]
	info, err := os.Stat(dest)
	inside := err == nil && info.IsDir()
	if len(sources) > 1 && !inside {
		return c.fail(1, "target '%s' is not a directory", dest)
	}
	status := 0
	for _, from := range sources {
		to := dest
		if inside {
			to = filepath.Join(dest, filepath.Base(from))
		}
		if err := f(from, to); err != nil {
			status = c.fail(1, "%s", subjectAndReason(from, err))
		}
	}
	return status
}

// subjectAndReason names the path an error speaks of, or the given one.
func subjectAndReason(path string, err error) string {
	var of *fs.PathError
	if errors.As(err, &of) {
		path = of.Path
	}
	var said said
	if errors.As(err, &said) {
		return string(said)
	}
	return fmt.Sprintf("'%s': %s", path, reason(err))
}

// said is an error in whole words.
type said string

func (s said) Error() string { return string(s) }

func (c *call) copy(o options, from, to string) error {
	info, err := os.Lstat(from)
	if err != nil {
		return said(fmt.Sprintf("cannot stat '%s': %s", from, reason(err)))
	}
	if !o.has('r') && !o.has('P') && !o.has('d') {
		if info, err = os.Stat(from); err != nil {
			return said(fmt.Sprintf("cannot stat '%s': %s", from, reason(err)))
		}
	}
	if info.IsDir() {
		if !o.has('r') {
			return said(fmt.Sprintf("omitting directory '%s'", from))
		}
		if within(to, from) {
			return said(fmt.Sprintf("cannot copy a directory, '%s', into itself, '%s'", from, to))
		}
	}
	copier := ucp.Options{
		NoFollowSymlinks: o.has('r') || o.has('P') || o.has('d'),
		PreCallback:      func(src, dst string, _ os.FileInfo) error { return c.before(o, src, dst) },
		PostCallback:     func(src, dst string) { c.after(o, src, dst) },
	}
	if o.has('r') {
		return copier.CopyTree(from, to)
	}
	return copier.Copy(from, to)
}

// before asks and makes room, and keeps a file from being copied over itself.
func (c *call) before(o options, src, dst string) error {
	a, errA := os.Lstat(src)
	b, errB := os.Lstat(dst)
	if errA != nil || errB != nil || b.IsDir() && a.IsDir() {
		return nil
	}
	if os.SameFile(a, b) {
		return said(fmt.Sprintf("'%s' and '%s' are the same file", src, dst))
	}
	if o.has('i') && !c.agrees(bufio.NewReader(c.in), "overwrite '%s'?", dst) {
		return ucp.ErrSkip
	}
	replaced := a.Mode()&fs.ModeSymlink != 0 && o.has('r')
	if replaced || o.has('f') && unix.Access(dst, unix.W_OK) != nil {
		return os.Remove(dst)
	}
	return nil
}

// after gives the copy the times, owner and permissions of its model.
func (c *call) after(o options, src, dst string) {
	if o.has('v') {
		fmt.Fprintf(c.out, "'%s' -> '%s'\n", c.shown(c.file, src), c.shown(c.file, dst))
	}
	var st unix.Stat_t
	if !o.has('p') || unix.Lstat(src, &st) != nil {
		return
	}
	os.Lchown(dst, int(st.Uid), int(st.Gid)) // only root may; cp says nothing either
	if st.Mode&unix.S_IFMT != unix.S_IFLNK {
		unix.Chmod(dst, st.Mode&0o7777)
	}
	unix.UtimesNanoAt(unix.AT_FDCWD, dst, []unix.Timespec{st.Atim, st.Mtim}, unix.AT_SYMLINK_NOFOLLOW)
}

// within tells whether a path is dir or lies below it, as far as names tell.
func within(path, dir string) bool {
	path, _ = filepath.Abs(path)
	dir, _ = filepath.Abs(dir)
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}
