//go:build !unix

package engine

import (
	"os"

	"github.com/tentpole-labs/tentpole/sandbox"
)

func duplicate(*os.File) (*os.File, error) { return nil, sandbox.ErrNotSupported }
