//go:build !linux

package experiment

import (
	"os"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// unnamedFile and writeBack need Linux.
func unnamedFile(string) (*os.File, error) { return nil, sandbox.ErrNotSupported }

func writeBack(*os.File, int64) error { return sandbox.ErrNotSupported }
