//go:build !linux

package sandbox

import (
	"context"
	"os"
	"syscall"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// Elsewhere than on Linux there are no namespaces: everything here answers
// ErrNotSupported, with the way to a Linux.

func notHere() error { return features.NotLinux() }

// InitProgram is empty here.
func InitProgram() []byte { return nil }

// Sandbox is never made here.
type Sandbox struct{}

// Process is never made here.
type Process struct{}

// HostProcess is never made here.
type HostProcess struct{}

// StartOnHost answers ErrNotSupported.
func StartOnHost(HostCommand) (*HostProcess, error) { return nil, notHere() }

func (*HostProcess) PID() int              { return 0 }
func (*HostProcess) Terminal() *os.File    { return nil }
func (*HostProcess) Resize(Size) error     { return notHere() }
func (*HostProcess) Done() <-chan struct{} { return nil }
func (*HostProcess) Close() error          { return nil }

func start(context.Context, *Plan, Options, *Command) (*Sandbox, *Process, error) {
	return nil, nil, notHere()
}

// Look answers ErrNotSupported.
func Look() (Machine, error) { return Machine{}, notHere() }

// StateDir answers ErrNotSupported.
func StateDir() (string, error) { return "", notHere() }

// Find answers ErrNotSupported.
func Find(string) (int, error) { return 0, notHere() }

// Scratch answers ErrNotSupported.
func Scratch(int) (string, func() error, error) { return "", nil, notHere() }

// ScratchGroups answers ErrNotSupported.
func ScratchGroups(context.Context, string) (string, func() error, error) { return "", nil, notHere() }

// TinyRoot answers ErrNotSupported.
func TinyRoot() (string, error) { return "", notHere() }

// Sweep answers ErrNotSupported.
func Sweep(string) (Swept, error) { return Swept{}, notHere() }

func (*Sandbox) Plan() *Plan                 { return nil }
func (*Sandbox) Name() string                { return "" }
func (*Sandbox) InitPID() int                { return 0 }
func (*Sandbox) Done() <-chan struct{}       { return nil }
func (*Sandbox) Transcript() []Done          { return nil }
func (*Sandbox) Environment() []string       { return nil }
func (*Sandbox) Close() error                { return nil }
func (*Sandbox) Canary(string, string) error { return notHere() }
func (*Sandbox) Start(context.Context, Command) (*Process, error) {
	return nil, notHere()
}
func (*Sandbox) Hold(context.Context) (*Process, error) { return nil, notHere() }
func (*Sandbox) Create(context.Context, string, string) (*File, error) {
	return nil, notHere()
}
func (*Sandbox) Facts(context.Context, int, ...facts.Option) (facts.Facts, error) {
	return facts.Facts{}, notHere()
}

func (*Sandbox) Statistics() (cgroup.Statistics, error) {
	return cgroup.Statistics{}, notHere()
}
func (*Sandbox) Delegated() bool                       { return false }
func (*Sandbox) Processor() (*cgroup.Processor, error) { return nil, notHere() }
func (*Sandbox) Freeze(time.Duration) error            { return notHere() }
func (*Sandbox) Thaw() error                           { return notHere() }
func (*Sandbox) Limit(cgroup.Limits) error             { return notHere() }
func (*Sandbox) Bound(Rlimits) error                   { return notHere() }

func (*Process) PID() int                             { return 0 }
func (*Process) Inside() int                          { return 0 }
func (*Process) Microseconds() int64                  { return 0 }
func (*Process) Terminal() *os.File                   { return nil }
func (*Process) Done() <-chan struct{}                { return nil }
func (*Process) Wait(context.Context) (Status, error) { return Status{}, notHere() }
func (*Process) Signal(syscall.Signal) error          { return notHere() }
func (*Process) Resize(Size) error                    { return notHere() }
func (*Process) Release()                             {}

// File is never made here.
type File struct{ Identity }

func (*File) PID() int                     { return 0 }
func (*File) Remove(context.Context) error { return notHere() }
