//go:build linux

package applet

import (
	"fmt"

	"github.com/tentpole-labs/tentpole/sandbox/userland/internal/manual"
)

// help prints all commands, or one.
func help(c *call) int {
	if len(c.args) > 0 {
		m, ok := manual.Find(c.args[0])
		if !ok {
			return c.fail(1, "no such command: %s", c.args[0])
		}
		fmt.Fprintf(c.out, "Usage: %s %s\n\n%s\n", m.Name, m.Usage, m.What)
		return 0
	}
	for _, m := range manual.Commands() {
		fmt.Fprintf(c.out, "%-10s %s\n", m.Name, m.What)
	}
	return 0
}
