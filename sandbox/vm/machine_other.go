//go:build !linux

package vm

import (
	"context"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// Kind is what a machine is called among the subjects.
const Kind = "vm"

// Open needs Linux.
func Open(context.Context, sandbox.Spec) (experiment.Subject, error) { return nil, features.NotLinux() }

// Probe needs Linux.
func Probe(context.Context) error { return features.NotLinux() }
