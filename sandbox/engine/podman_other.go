//go:build !linux

package engine

import "context"

// servePodman is for Linux: elsewhere Podman runs in a virtual machine, and
// what it keeps there is not on this one.
func servePodman(_ context.Context, c *connection) error { return c.engine.trouble("", errStopped) }
