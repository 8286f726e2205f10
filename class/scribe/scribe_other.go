//go:build !linux

package scribe

import (
	"os"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// Scribe needs Linux, as tents do.
type Scribe struct{}

var errNotHere = &sandbox.Error{Op: "hold", Target: "learners' tents", Err: sandbox.ErrNotSupported, Remedy: "they are Linux's"}

// Lock needs Linux.
func Lock(string) (*os.File, error) { return nil, errNotHere }

// Start needs Linux.
func Start(*os.File, ...string) (*Scribe, error) { return nil, errNotHere }

// Hold needs Linux.
func (s *Scribe) Hold(int64, Tent) error { return errNotHere }

// Drop needs Linux.
func (s *Scribe) Drop(int64) error { return errNotHere }

// Close needs Linux.
func (s *Scribe) Close() error { return errNotHere }

// Write needs Linux.
func Write(string, Progress) error { return errNotHere }
