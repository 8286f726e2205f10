//go:build linux

package applet

import (
	"fmt"
	"path/filepath"
	"strings"
)

// basename prints the last part of a path.
func basename(c *call) int {
	if len(c.args) < 1 || len(c.args) > 2 {
		return c.usage()
	}
	name := filepath.Base(c.args[0])
	if len(c.args) == 2 && name != c.args[1] {
		name = strings.TrimSuffix(name, c.args[1])
	}
	fmt.Fprintln(c.out, name)
	return 0
}

// dirname prints a path without its last part.
func dirname(c *call) int {
	if len(c.args) != 1 {
		return c.usage()
	}
	name := strings.TrimRight(c.args[0], "/")
	if name == "" && c.args[0] != "" {
		name = "/"
	}
	fmt.Fprintln(c.out, filepath.Dir(name))
	return 0
}
