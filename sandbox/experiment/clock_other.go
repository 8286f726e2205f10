//go:build !linux

package experiment

import (
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// readClocks needs Linux.
func readClocks() (inside.Clocks, error) { return inside.Clocks{}, features.ErrNotSupported }
