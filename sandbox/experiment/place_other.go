//go:build !linux

package experiment

import (
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// placeOf needs Linux.
func placeOf(string) (inside.Place, error) { return inside.Place{}, features.ErrNotSupported }

// ownerOf needs Linux.
func ownerOf(string) (uint32, error) { return 0, features.ErrNotSupported }
