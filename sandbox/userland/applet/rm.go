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

	"golang.org/x/sys/unix"
)

// rm removes files, with -r whole trees.
func rm(c *call) int {
	o, names, ok := c.options("rRfivN")
	if !ok {
		return 1
	}
	if len(names) == 0 {
		if o.has('f') {
			return 0
		}
		return c.usage()
	}
	o['r'] = append(o['r'], o['R']...)
	answers := bufio.NewReader(c.in)
	status := 0
	for _, name := range names {
		if o.has('i') && !c.agrees(answers, "remove '%s'?", name) {
			continue
		}
		err := remove(name, o)
		switch {
		case err == nil && o.has('v'):
			fmt.Fprintf(c.out, "removed '%s'\n", c.shown(c.file, name))
		case err == nil, o.has('f') && errors.Is(err, fs.ErrNotExist):
		default:
			status = c.fail(1, "cannot remove '%s': %s", name, reason(err))
		}
	}
	return status
}

var (
	errRoot = errors.New("it is the root directory (--no-preserve-root removes it)")
	errDots = errors.New("it is '.' or '..'")
)

// remove removes one file or tree.
func remove(name string, o options) error {
	info, err := os.Lstat(name)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return os.Remove(name)
	}
	if !o.has('r') {
		return unix.EISDIR
	}
	if last := filepath.Base(name); last == "." || last == ".." {
		return errDots
	}
	if whole, _ := filepath.Abs(name); whole == "/" && !o.has('N') {
		return errRoot
	}
	return os.RemoveAll(name)
}

// agrees asks on standard error and reads a line; y and Y mean yes.
func (c *call) agrees(answers *bufio.Reader, format string, name string) bool {
	fmt.Fprintf(c.err, "%s: "+format+" ", c.name, c.shown(c.err, name))
	line, _ := answers.ReadString('\n')
	return strings.HasPrefix(line, "y") || strings.HasPrefix(line, "Y")
}
