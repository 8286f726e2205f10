//go:build !linux

package tuitest

import "time"

// threadTime is not to be had here: no Update is too slow.
func threadTime() time.Duration { return 0 }
