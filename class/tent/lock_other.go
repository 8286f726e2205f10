//go:build !unix

package tent

import (
	"os"

	"github.com/tentpole-labs/tentpole/sandbox/features"
)

func lock(*os.File) error            { return features.NotLinux() }
func tryLock(*os.File) (bool, error) { return false, features.NotLinux() }
