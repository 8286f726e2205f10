//go:build !linux

package experiment

import "github.com/tentpole-labs/tentpole/sandbox/features"

// killFirst needs Linux.
func killFirst(int, int) error { return features.ErrNotSupported }
