package sandbox

import (
	"context"
	"fmt"
	"strings"
)

// Raise starts a sandbox with these layers and this root, has a process run in
// it, and takes it down: the act behind every probe of package features.
func Raise(ctx context.Context, layers []string, root string) error {
	set, err := ParseLayers(strings.Join(layers, ","))
	if err != nil {
		return err
	}
	s, err := Open(ctx, Spec{Layers: set, Root: RootKind(root)}, Options{})
	if err != nil {
		return err
	}
	p, err := s.Hold(ctx)
	if err == nil && p.PID() == 0 {
		err = fmt.Errorf("the process inside has no number on the host")
	}
	if closeErr := s.Close(); err == nil {
		err = closeErr
	}
	return err
}
