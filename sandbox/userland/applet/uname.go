//go:build linux

package applet

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// uname prints what the kernel says of itself.
func uname(c *call) int {
	o, _, ok := c.options("asnrvmpio")
	if !ok {
		return 1
	}
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return c.complain("uname", err)
	}
	var words []string
	for _, f := range []struct {
		option byte
		value  string
	}{
		{'s', unix.ByteSliceToString(u.Sysname[:])}, {'n', unix.ByteSliceToString(u.Nodename[:])},
		{'r', unix.ByteSliceToString(u.Release[:])}, {'v', unix.ByteSliceToString(u.Version[:])},
		{'m', unix.ByteSliceToString(u.Machine[:])}, {'o', "GNU/Linux"},
	} {
		if o.has(f.option) || o.has('a') || len(o) == 0 && f.option == 's' {
			words = append(words, f.value)
		}
	}
	fmt.Fprintln(c.out, c.shown(c.file, strings.Join(words, " ")))
	return 0
}

// hostname prints the host's name or sets it; in a UTS namespace of its own
// nobody else sees the change.
func hostname(c *call) int {
	_, words, ok := c.options("sf")
	if !ok {
		return 1
	}
	if len(words) > 1 {
		return c.usage()
	}
	if len(words) == 1 {
		if err := unix.Sethostname([]byte(words[0])); err != nil {
			return c.fail(1, "sethostname: %s", reason(err))
		}
		return 0
	}
	name, err := os.Hostname()
	if err != nil {
		return c.complain("uname", err)
	}
	fmt.Fprintln(c.out, c.shown(c.file, name))
	return 0
}
