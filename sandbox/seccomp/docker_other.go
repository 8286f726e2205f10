//go:build !linux

package seccomp

import (
	"errors"
	"fmt"

	profiles "github.com/moby/profiles/seccomp"
)

// dockerProfile has nothing to give: the module has its tables on Linux only.
func dockerProfile() (*profiles.Seccomp, error) {
	return nil, fmt.Errorf("Docker's profile on a system that is not Linux: %w", errors.ErrUnsupported)
}
