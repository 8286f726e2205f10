package server

import (
	"context"
	"io"

	"golang.org/x/time/rate"
)

// What a terminal shows may come this fast: a full screen sixty times a second. What
// a tent writes costs the server time that no limit of the tent's counts, to
// encrypt it; so whoever writes without end waits.
const (
	shownEach = 512 << 10 // bytes a second
	shownOnce = 128 << 10 // at once
)

// paced passes on what is read, no faster than that.
type paced struct {
	ctx  context.Context
	from io.Reader
	rate *rate.Limiter
}

func newPaced(ctx context.Context, from io.Reader) *paced {
	return &paced{ctx, from, rate.NewLimiter(shownEach, shownOnce)}
}

// Read implements io.Reader.
func (p *paced) Read(b []byte) (int, error) {
	n, err := p.from.Read(b[:min(len(b), shownOnce)])
	if err != nil || n == 0 {
		return n, err
	}
	p.rate.WaitN(p.ctx, n) // an error is that the session is over: the rest is shown at once
	return n, nil
}
