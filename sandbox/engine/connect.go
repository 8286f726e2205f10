package engine

import (
	"context"
	"errors"
	"sync"
)

// connect finds the engine and hears that it answers, within patience. Who has
// the connection lets go of it with release.
func (e *Engine) connect(ctx context.Context) (*connection, error) {
	socket, missing := e.socket()
	if missing != nil && e.serve != nil && !isAny(errMissing)(missing) {
		c := e.connection("")
		if err := e.serve(ctx, c); err != nil {
			return nil, err
		}
		return c.greeted(ctx)
	}
	if missing != nil {
		return nil, missing
	}
	return e.connection(socket).greeted(ctx)
}

func (c *connection) greeted(ctx context.Context) (*connection, error) {
	c.uses.n = 1
	if err := c.ping(ctx); err != nil {
		return nil, errors.Join(err, c.release())
	}
	return c, nil
}

// ping asks whether it is there.
func (c *connection) ping(ctx context.Context) error {
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return c.do(within, request{did: "answer", method: "GET", path: "/_ping"}, nil)
}

// Probe tells, within its patience, whether the engine can be asked. The error
// is sandbox.ErrNotSupported, and says what to do.
func (e *Engine) Probe(ctx context.Context) error {
	c, err := e.connect(ctx)
	if err != nil {
		return err
	}
	return c.release()
}

// uses counts who has a connection.
type uses struct {
	sync.Mutex
	n int
}

func (c *connection) share() *connection {
	c.uses.Lock()
	defer c.uses.Unlock()
	c.uses.n++
	return c
}

// release ends the connection with its last user.
func (c *connection) release() error {
	c.uses.Lock()
	defer c.uses.Unlock()
	if c.uses.n--; c.uses.n > 0 {
		return nil
	}
	c.http.CloseIdleConnections()
	if c.end == nil {
		return nil
	}
	return c.end()
}
