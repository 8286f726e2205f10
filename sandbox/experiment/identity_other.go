//go:build !linux

package experiment

import (
	"io/fs"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// identify needs Linux.
func identify(string) (sandbox.Identity, error) { return sandbox.Identity{}, sandbox.ErrNotSupported }

// allocated needs Linux.
func allocated(fs.FileInfo) int64 { return 0 }

// freeSpace needs Linux.
func freeSpace(string) int64 { return 0 }
