//go:build !linux

package cgroup

import "time"

// Processor is what a group has of the processors; there are none here.
type Processor struct{}

// Used is the processor time that the group has had so far.
func (*Processor) Used() time.Duration { return 0 }

// Close closes the files.
func (*Processor) Close() {}

// Yield has the group get only what nobody else wants.
func (*Processor) Yield() error { return nil }

// Compete gives the group its weight again.
func (*Processor) Compete() error { return nil }
