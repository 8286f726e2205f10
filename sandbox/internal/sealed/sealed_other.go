//go:build !linux

// Package sealed keeps programs in memory where nobody can change them.
package sealed

import (
	"os"

	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// Program needs Linux.
func Program([]byte) (*os.File, error) { return nil, features.ErrNotSupported }
