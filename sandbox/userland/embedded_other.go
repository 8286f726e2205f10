//go:build !linux

package userland

// embedded is empty where there are no sandboxes.
var embedded []byte
