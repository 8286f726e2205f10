//go:build !linux

package experiment

import (
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// queueOnHost needs Linux.
func queueOnHost(string, inside.Offered) (bool, error) { return false, features.ErrNotSupported }
