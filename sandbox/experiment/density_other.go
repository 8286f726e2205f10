//go:build !linux

package experiment

import (
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// These need Linux.

func chainOf(int) ([]int, error) { return nil, sandbox.ErrNotSupported }

func memoryOf(int) (float64, bool, error) { return 0, false, sandbox.ErrNotSupported }

func cpuTime([]int) (time.Duration, error) { return 0, sandbox.ErrNotSupported }
