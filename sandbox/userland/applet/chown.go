//go:build linux

package applet

import (
	"io/fs"
	"os"
	"strings"
)

// chown changes owners, by name or by number.
func chown(c *call) int {
	o, operands, ok := c.options("Rh")
	if !ok {
		return 1
	}
	if len(operands) < 2 {
		return c.usage()
	}
	user, group, named := strings.Cut(operands[0], ":")
	uid, gid := -1, -1
	if user != "" {
		if uid, ok = idOf("/etc/passwd", user); !ok {
			return c.fail(1, "invalid user: '%s'", user)
		}
	}
	if named && group != "" {
		if gid, ok = idOf("/etc/group", group); !ok {
			return c.fail(1, "invalid group: '%s'", group)
		}
	}
	change := os.Chown
	if o.has('h') || o.has('R') {
		change = os.Lchown
	}
	status := 0
	for _, path := range operands[1:] {
		err := below(path, o.has('R'), func(path string, _ fs.FileMode) error {
			if err := change(path, uid, gid); err != nil {
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
