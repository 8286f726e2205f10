//go:build !linux

package facts

import (
	"context"
	"errors"
)

// Read fails: what it reads is Linux's.
func Read(_ context.Context, pid int, _ ...Option) (Facts, error) {
	return Facts{}, unsupported(pid)
}

// Self fails: what it reads is Linux's.
func Self(context.Context, ...Option) (Facts, error) {
	return Facts{}, unsupported(0)
}

// ThisKernel fails: it is asked as Linux is.
func ThisKernel() (Kernel, error) { return Kernel{}, unsupported(0) }

func unsupported(pid int) error {
	return &Error{
		Op: opRead, PID: pid, Err: errors.ErrUnsupported,
		Hint: "namespaces and cgroups are Linux's: use Lima, WSL2, Multipass or a remote Linux host",
	}
}
