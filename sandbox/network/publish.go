package network

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// Dialer gets connections from inside a sandbox.
type Dialer interface {
	// DialInside connects as a process of the sandbox would, in its network
	// namespace, and returns the connected socket. The caller closes it.
	DialInside(ctx context.Context, network, address string) (net.Conn, error)
}

// Publish listens on the host for each port, and passes each connection on to
// the sandbox's own port, through a socket that dialer has connected inside.
// Nothing is redirected in the kernel (no DNAT, no route_localnet), so it
// needs no privileges, and no network in the sandbox but its loopback. own are
// the sandbox's addresses, if it has any: a program inside that listens on
// none of its loopbacks is looked for there.
//
// ctx bounds the listening only; Close ends everything. When one port cannot
// be had, none is left listening. Errors are *Error, and errors.Is finds
// syscall.EADDRINUSE for a port that is taken, syscall.EACCES for one that is
// reserved.
func Publish(ctx context.Context, ports []Port, dialer Dialer, own ...netip.Addr) (*Published, error) {
	p := &Published{dialer: dialer, own: own, room: make(chan struct{}, maxConnections), open: map[net.Conn]bool{}}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	for _, port := range ports {
		if err := p.listen(ctx, port); err != nil {
			p.Close()
			return nil, err
		}
	}
	for _, l := range p.listening {
		p.running.Go(func() { p.serve(l) })
	}
	return p, nil
}

// maxConnections bounds the connections that are open at once. More wait in
// the kernel's queue until one has ended.
const maxConnections = 256

// Published are ports of a sandbox that the host listens on.
type Published struct {
	dialer    Dialer
	own       []netip.Addr
	listening []Listening
	notes     []string

	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
	running sync.WaitGroup
	room    chan struct{} // holds a token per connection

	mutex  sync.Mutex
	open   map[net.Conn]bool // both ends of every connection
	closed bool

	accepted, failed atomic.Int64
}

// Listening is one address that the host listens on.
type Listening struct {
	Address netip.AddrPort
	Inside  uint16 // the sandbox's port
	socket  net.Listener
}

// Listening lists what the host listens on.
func (p *Published) Listening() []Listening { return p.listening }

// Notes says, in sentences, what could not be had and is not an error.
func (p *Published) Notes() []string { return p.notes }

// Traffic counts connections since the start.
type Traffic struct {
	Accepted int64 // connections from the host
	Failed   int64 // of these, the ones that nobody inside answered
	Open     int64 // now
}

// Traffic counts the connections.
func (p *Published) Traffic() Traffic {
	return Traffic{Accepted: p.accepted.Load(), Failed: p.failed.Load(), Open: int64(len(p.room))}
}

// Close stops listening, ends the connections, and waits until all is gone.
// It may be called more than once.
func (p *Published) Close() error {
	p.cancel()
	for _, l := range p.listening {
		l.socket.Close()
	}
	p.mutex.Lock()
	p.closed = true
	for c := range p.open {
		c.Close()
	}
	p.mutex.Unlock()
	p.running.Wait()
	return nil
}
