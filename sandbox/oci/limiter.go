package oci

import (
	"context"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

var _ experiment.Limiter = (*container)(nil)

// Statistics are those of the container's cgroups, which its first process is in
// as well.
func (c *container) Statistics() (s cgroup.Statistics, err error) {
	if err := c.grouped(); err != nil {
		return s, err
	}
	text, err := os.ReadFile(c.firstFile())
	if err != nil {
		return s, err
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return s, err
	}
	f, err := facts.Read(context.Background(), pid, facts.WithUsage())
	if err == nil && f.Usage != nil {
		s = *f.Usage
	}
	return s, err
}

// Freeze stops all of the container, its first process too.
func (c *container) Freeze(time.Duration) error { return c.steer("pause", true) }

// Thaw lets it go on. Of one that goes on already, runtimes complain.
func (c *container) Thaw() error { return c.steer("resume", false) }

func (c *container) steer(command string, frozen bool) error {
	if err := c.grouped(); err != nil {
		return err
	}
	if c.frozen.Swap(frozen) == frozen {
		return nil
	}
	return c.command(context.Background(), nil, nil, command, c.id())
}

// grouped tells whether the container has cgroups of its own.
func (c *container) grouped() error {
	if c.bundle.ungroup != nil {
		return nil
	}
	return c.cannot("count for", "the container has no cgroup of its own here", "run sudo tentpole, and a runtime that shares the host's kernel")
}
