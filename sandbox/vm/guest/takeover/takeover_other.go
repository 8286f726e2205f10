//go:build !linux

// Package takeover is for Linux.
package takeover
