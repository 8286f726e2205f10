//go:build !linux

package image

import (
	"context"

	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// Store is never made here: elsewhere than on Linux everything answers
// ErrNotSupported, with the way to a Linux.
type Store struct{}

func notHere() error { return features.NotLinux() }

// Open answers ErrNotSupported.
func Open(string, Options) (*Store, error) { return nil, notHere() }

// Get answers ErrNotSupported.
func (*Store) Get(context.Context, string, func(Progress)) (Image, error) { return Image{}, notHere() }

// Pull answers ErrNotSupported.
func (*Store) Pull(context.Context, string, func(Progress)) (Image, error) {
	return Image{}, notHere()
}

// Find answers ErrNotSupported.
func (*Store) Find(string) (Image, error) { return Image{}, notHere() }

// List answers ErrNotSupported.
func (*Store) List() ([]Image, error) { return nil, notHere() }

// Hold answers ErrNotSupported.
func (*Store) Hold(Image) (func() error, error) { return nil, notHere() }

// Remove answers ErrNotSupported.
func (*Store) Remove(context.Context, string) (Removed, error) { return Removed{}, notHere() }

// Prune answers ErrNotSupported.
func (*Store) Prune(context.Context) (Removed, error) { return Removed{}, notHere() }
