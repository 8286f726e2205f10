package network

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"
)

// serve accepts connections until the listener is closed.
func (p *Published) serve(l Listening) {
	const least, most = 5 * time.Millisecond, time.Second
	pause := least
	for {
		c, err := l.socket.Accept()
		if err == nil {
			pause = least
			if !p.admit(c, l.Inside) {
				return
			}
			continue
		}
		if errors.Is(err, net.ErrClosed) {
			return
		}
		p.failed.Add(1) // out of descriptors, or the client is gone already
		select {
		case <-time.After(pause):
			pause = min(2*pause, most)
		case <-p.ctx.Done():
			return
		}
	}
}

// admit starts serving a connection when there is room. It returns false, with
// the connection closed, when Close came first.
func (p *Published) admit(c net.Conn, port uint16) bool {
	select {
	case p.room <- struct{}{}:
	case <-p.ctx.Done():
		c.Close()
		return false
	}
	p.accepted.Add(1)
	p.running.Go(func() {
		defer func() { <-p.room }()
		p.connect(c, port)
	})
	return true
}

// patience bounds the way in: an address inside that answers nothing.
const patience = 10 * time.Second

// connect serves one connection.
func (p *Published) connect(outer net.Conn, port uint16) {
	if !p.hold(outer) {
		return
	}
	defer p.drop(outer)
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	inner, err := p.dial(ctx, port)
	cancel()
	if err != nil {
		p.failed.Add(1)
		reset(outer)
		return
	}
	if !p.hold(inner) {
		return
	}
	defer p.drop(inner)
	relay(outer, inner)
}

// hold notes a connection, so that Close can end it; after Close, it ends it.
func (p *Published) hold(c net.Conn) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.closed {
		c.Close()
		return false
	}
	p.open[c] = true
	return true
}

func (p *Published) drop(c net.Conn) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	delete(p.open, c)
	c.Close()
}

// dial tries the sandbox's loopbacks, then its own addresses.
func (p *Published) dial(ctx context.Context, port uint16) (net.Conn, error) {
	var errs []error
	for _, a := range append(loopbacks[:len(loopbacks):len(loopbacks)], p.own...) {
		if !a.IsValid() {
			continue
		}
		c, err := p.dialer.DialInside(ctx, "tcp", netip.AddrPortFrom(a, port).String())
		if err == nil {
			return c, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}
