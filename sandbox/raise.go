package sandbox

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// Raise is this package as features.Check tries it.
var Raise features.Engine = raiser{}

type raiser struct{}

// Raise implements features.Engine.
func (raiser) Raise(ctx context.Context, layers []string, root string) error {
	set, err := ParseLayers(strings.Join(layers, ","))
	if err != nil {
		return err
	}
	s, err := Open(ctx, Spec{Layers: set, Root: RootKind(root)}, Options{})
	if err != nil {
		return refusal(err)
	}
	p, err := s.Hold(ctx)
	if err == nil && p.PID() == 0 {
		err = fmt.Errorf("the process inside has no number on the host")
	}
	if closeErr := s.Close(); err == nil {
		err = closeErr
	}
	return refusal(err)
}

// refusal puts the engine's error in the words of features.
func refusal(err error) error {
	var e *Error
	if errors.Is(err, ErrNotSupported) || !errors.As(err, &e) {
		return err
	}
	return &features.RefusedError{Did: strings.TrimSpace(e.Op + " " + e.Target), Err: e.Err, Remedy: e.Remedy}
}

// StateDir implements features.Engine.
func (raiser) StateDir() (string, error) { return StateDir() }

// Own implements features.Engine.
func (raiser) Own(name string) string { return name + "@" + ownerTag() }
