// Package onpurpose breaks sandboxes on purpose, for tests: an experiment that
// does not notice when an operation is left out measures nothing. Only tests
// set what is here; nothing in tentpole does.
package onpurpose

import "github.com/tentpole-labs/tentpole/sandbox/internal/op"

// LeaveOut, when set, tells which operations a plan is made without. It is set
// before and cleared after, never while a sandbox starts.
var LeaveOut func(op.Operation) bool
