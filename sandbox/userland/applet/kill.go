//go:build linux

package applet

import "github.com/tentpole-labs/tentpole/sandbox/userland/internal/signals"

// kill sends signals to processes.
func kill(c *call) int { return signals.Kill{Out: c.out, Err: c.err}.Run(c.args) }
