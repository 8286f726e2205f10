//go:build !linux

package experiment

import (
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

// hostKernel needs Linux.
func hostKernel() (inside.OneHost, error) { return inside.OneHost{}, sandbox.ErrNotSupported }

// ancestors needs Linux.
func ancestors(int) []int { return nil }

// census needs Linux.
func census() (processes, namespaces int) { return 0, 0 }
