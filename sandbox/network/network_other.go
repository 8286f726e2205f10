//go:build !linux

package network

import (
	"context"
	"os"

	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// Elsewhere than on Linux there are no network namespaces to connect:
// everything that touches one answers features.ErrNotSupported.

// OpenNamespace answers ErrNotSupported.
func OpenNamespace(int) (*os.File, error) { return nil, features.NotLinux() }

// Look answers ErrNotSupported.
func (b Bridge) Look(context.Context) (Machine, error) { return Machine{}, features.NotLinux() }

// Attach answers ErrNotSupported.
func (b Bridge) Attach(context.Context, Request) (*Attachment, error) {
	return nil, features.NotLinux()
}

// Close has nothing to take away.
func (a *Attachment) Close() error { return nil }

// Sweep answers ErrNotSupported.
func (b Bridge) Sweep(context.Context) (Swept, error) { return Swept{}, features.NotLinux() }

// Wire answers ErrNotSupported.
func Wire(context.Context, *os.File, ...*os.File) (Wires, error) { return Wires{}, features.NotLinux() }
