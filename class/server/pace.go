package server

import (
	"context"
	"io"
	"time"

	"golang.org/x/time/rate"
)

// What a tent writes costs the server time that no limit of the tent's counts: to
// fetch it, to encrypt it, to send it. So each terminal is read as often as a screen
// is drawn, and may show a full screen as often; and what all of them show beside a
// little each has an end as well. Whoever writes without end waits.
const (
	readEach, readOnce     = 60, 30               // times a second, and at once
	shownEach, shownOnce   = 512 << 10, 128 << 10 // bytes a second, and at once
	littleEach, littleOnce = 32 << 10, 64 << 10
	spareAll, spareOnce    = 2 << 20, 1 << 20
)

// newSpare is what all terminals together may show beside a little each.
func newSpare() *rate.Limiter { return rate.NewLimiter(spareAll, spareOnce) }

// paced passes on what is read, no faster than that.
type paced struct {
	ctx                  context.Context
	from                 io.Reader
	reads, shown, little *rate.Limiter
	spare                *rate.Limiter // everybody's
}

func newPaced(ctx context.Context, from io.Reader, spare *rate.Limiter) *paced {
	return &paced{ctx, from, rate.NewLimiter(readEach, readOnce), rate.NewLimiter(shownEach, shownOnce), rate.NewLimiter(littleEach, littleOnce), spare}
}

// Read implements io.Reader. An error of a limiter's is that the session is over:
// the rest is shown at once.
func (p *paced) Read(b []byte) (int, error) {
	p.reads.Wait(p.ctx)
	n, err := p.from.Read(b[:min(len(b), littleOnce)])
	if err != nil || n == 0 {
		return n, err
	}
	p.shown.WaitN(p.ctx, n)
	if !p.little.AllowN(time.Now(), n) {
		p.spare.WaitN(p.ctx, n)
	}
	return n, nil
}
