//go:build !linux

package tent

import "github.com/tentpole-labs/tentpole/sandbox"

// InContainer makes a container a place for tents: only Linux has any.
func InContainer() error {
	return &sandbox.Error{Op: "raise tents in", Target: "a container", Err: sandbox.ErrNotSupported, Remedy: "run it on Linux"}
}
