//go:build !linux

package experiment

import (
	"os"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// firstProgram needs Linux.
func firstProgram() (*os.File, error) { return nil, sandbox.ErrNotSupported }
