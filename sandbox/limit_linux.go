package sandbox

import (
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// Limit sets the limits of a living sandbox anew, for all its commands
// together. Only kinds that it was started with can be changed.
func (s *Sandbox) Limit(l cgroup.Limits) error {
	if err := s.limited("change a limit of"); err != nil {
		return err
	}
	return explainNil("limit", s.plan.Name, s.group.Apply(l))
}

// Statistics reads what the commands use now.
func (s *Sandbox) Statistics() (cgroup.Statistics, error) {
	if err := s.limited("read the statistics of"); err != nil {
		return cgroup.Statistics{}, err
	}
	now, err := s.group.Statistics()
	return now, explainNil("read the statistics of", s.plan.Name, err)
}

// Processor opens what counts and ranks its commands; the caller closes it.
func (s *Sandbox) Processor() (*cgroup.Processor, error) {
	if err := s.limited("rank"); err != nil {
		return nil, err
	}
	p, err := s.group.Processor()
	return p, explainNil("rank", s.plan.Name, err)
}

// Freeze stops all commands where they are, until Thaw. It waits at most
// patience for the last of them.
func (s *Sandbox) Freeze(patience time.Duration) error {
	if err := s.limited("freeze"); err != nil {
		return err
	}
	return explainNil("freeze", s.plan.Name, s.group.Freeze(patience))
}

// Thaw has them go on.
func (s *Sandbox) Thaw() error {
	if err := s.limited("thaw"); err != nil {
		return err
	}
	return explainNil("thaw", s.plan.Name, s.group.Thaw())
}

// limited tells that there is a group of the commands alone.
func (s *Sandbox) limited(what string) error {
	select {
	case <-s.gone:
		return s.over()
	default:
	}
	if s.group != nil && s.plan.limited() {
		return nil
	}
	return &features.NotSupportedError{Feature: what + " " + s.plan.Name, Remedy: "start it with a limit: --layer memory, cpu, pids or io"}
}

// Delegated tells whether a user inside may have limits of their own, as
// Options.Delegate asks for.
func (s *Sandbox) Delegated() bool { return s.group != nil && s.group.NamespaceRoot() != nil }
