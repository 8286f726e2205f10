//go:build !linux

package engine

// servePodman is for Linux: elsewhere Podman runs in a virtual machine, and
// what it keeps there is not on this one.
func servePodman(c *connection) error { return c.engine.trouble("", errStopped) }
