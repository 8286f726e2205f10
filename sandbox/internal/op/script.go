package op

import (
	"fmt"
	"io/fs"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
)

// Script is a list of system calls that operations are written down as: for the
// init to make, for the child before it is one, or for every command.
type Script struct {
	Calls []fork.Call
	held  Descriptors
	texts []byte // room for strings that calls point to
}

// Descriptors are those that operations may use besides their own arguments: sent
// by the parent, or kept by earlier operations, by name. A number may come to its
// place as late as when the script is played. Whoever made the map closes them.
type Descriptors map[string]*int32

// NewScript begins a script that may use, and add to, those descriptors.
func NewScript(held Descriptors) *Script { return &Script{held: held} }

// Hold gives a descriptor that is known its name.
func (d Descriptors) Hold(name string, fd int) {
	number := int32(fd)
	d[name] = &number
}

// Descriptor is where the number of a descriptor is, or will be.
func (s *Script) Descriptor(name string) (*int32, error) {
	fd, ok := s.held[name]
	if !ok {
		return nil, fmt.Errorf("descriptor %q: %w", name, fs.ErrNotExist)
	}
	return fd, nil
}

// keep is a place for a descriptor of that name, for a later operation or for the
// commands.
func (s *Script) keep(name string) *int32 {
	fd := new(int32)
	s.held[name] = fd
	return fd
}

// block writes calls down apart, so that they can be counted.
func (s *Script) block(write func(*Script) error) ([]fork.Call, error) {
	part := &Script{held: s.held}
	err := write(part)
	return part.Calls, err
}

// add appends calls.
func (s *Script) add(calls ...fork.Call) { s.Calls = append(s.Calls, calls...) }
