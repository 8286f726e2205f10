package features

import (
	"context"
	"slices"
	"sync"
)

// Cache asks until every answer is conclusive, and no more after that: for
// screens that ask all the time. Any goroutine may use it; the zero value is
// empty.
type Cache struct {
	mu      sync.Mutex
	answers []Answer
}

// Check is Check, or what that has found before. A run with an answer that is
// neither yes nor no, or that ctx has ended, is not kept.
func (c *Cache) Check(ctx context.Context, engine Engine) []Answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answers != nil {
		return slices.Clone(c.answers)
	}
	answers := Check(ctx, engine)
	if ctx.Err() == nil && !slices.ContainsFunc(answers, func(a Answer) bool { return a.Unknown }) {
		c.answers = slices.Clone(answers)
	}
	return answers
}
