package server

import (
	"context"
	"errors"
	"time"

	"github.com/tentpole-labs/tentpole/class/store"
)

// errMoved ends the sessions of a learner who has come in at another server.
var errMoved = errors.New("you have come in at another server of this class, and what you have done is there")

// neighbours brings in what other servers on the same store do, until the context
// ends.
func (c *camp) neighbours(ctx context.Context) {
	const often = 500 * time.Millisecond
	for said := ""; ; {
		select {
		case <-time.After(often):
		case <-ctx.Done():
			return
		}
		err := errors.Join(c.moves(ctx), c.refresh(ctx))
		if err != nil && ctx.Err() == nil && err.Error() != said {
			said = err.Error()
			c.Log.Warn("ask what other servers do", "error", said)
		}
	}
}

// moves lets learners go whom another server asks for: their sessions end, and the
// last of what they have done is kept.
func (c *camp) moves(ctx context.Context) error {
	list, err := c.Store.Wanted(ctx)
	for _, learner := range list {
		c.letGo(learner, errMoved)
	}
	return err
}

// refresh brings the board, and what learners are asked, up to date.
func (c *camp) refresh(ctx context.Context) error {
	if c.Lectern == nil {
		return nil
	}
	err := c.Lectern.Refresh(ctx)
	if errors.Is(err, store.ErrNone) {
		return nil // the class was deleted, and everybody is being shown out
	}
	return err
}

// letGo has a learner's sessions end.
func (c *camp) letGo(learner int64, why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if h := c.homes[learner]; h != nil {
		h.remove(why)
	}
}
