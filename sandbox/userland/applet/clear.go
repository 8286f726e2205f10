//go:build linux

package applet

// clear empties the screen and puts the cursor into its corner; ECMA-48.
func clear(c *call) int {
	c.out.WriteString("\x1b[H\x1b[2J\x1b[3J")
	return 0
}
