package server

import (
	"context"
	"errors"
	"time"
)

// errMoved ends the sessions of a learner who has come in at another server.
var errMoved = errors.New("you have come in at another server of this class, and what you have done is there")

// moves lets learners go whom another server on the same store asks for: their
// sessions end, and the last of what they have done is kept.
func (c *camp) moves(ctx context.Context) {
	const often = 500 * time.Millisecond
	for said := ""; ; {
		select {
		case <-time.After(often):
		case <-ctx.Done():
			return
		}
		list, err := c.Store.Wanted(ctx)
		if err != nil && ctx.Err() == nil && err.Error() != said {
			said = err.Error()
			c.Log.Warn("ask who is wanted elsewhere", "error", said)
		}
		for _, learner := range list {
			c.letGo(learner, errMoved)
		}
	}
}

// letGo has a learner's sessions end.
func (c *camp) letGo(learner int64, why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if h := c.homes[learner]; h != nil {
		h.remove(why)
	}
}
