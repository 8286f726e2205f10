package engine

import (
	"context"
	"errors"
	"io/fs"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// Container is one that an engine has, anybody's.
type Container struct {
	Engine string // its word
	ID     string
	Name   string
	PID    int // of its first process, as this machine numbers it
}

// Find looks for a running container by its name or id, with each engine. The
// error is what kept engines that are installed from being asked.
func Find(ctx context.Context, name string) (c Container, found bool, err error) {
	for _, e := range Engines() {
		c, failed := e.Find(ctx, name)
		var refused *RefusedError
		switch {
		case failed == nil:
			return c, true, nil
		case errors.As(failed, &refused) && errors.Is(failed, fs.ErrNotExist), errors.Is(failed, errMissing):
		default:
			err = errors.Join(err, failed)
		}
	}
	return c, false, err
}

// Find looks for a running container by its name or id.
func (e *Engine) Find(ctx context.Context, name string) (Container, error) {
	c, err := e.connect(ctx)
	if err != nil {
		return Container{}, err
	}
	f, err := c.inspect(ctx, name)
	if err := errors.Join(err, c.release()); err != nil {
		return Container{}, err
	}
	theirs := &container{connection: c, id: f.ID}
	switch {
	case !f.State.Running:
		return Container{}, &sandbox.Error{Op: "inspect the container", Target: name, Err: fs.ErrNotExist, Remedy: "it does not run: " + e.Name + " start " + name}
	case !theirs.has(f.State.Pid):
		return Container{}, &sandbox.Error{Op: "inspect the container", Target: name, Err: sandbox.ErrNotSupported, Remedy: "its processes are not this machine's: " + e.Title + " runs them in a virtual machine or in another pid namespace"}
	}
	return Container{e.Name, f.ID, f.Name, f.State.Pid}, nil
}
