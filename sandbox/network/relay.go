package network

import (
	"io"
	"net"
	"sync"
)

// relay passes bytes between two connections, both ways, until both have
// ended. When one side has said all, the other is told so and may go on
// answering; when one breaks, both end. The caller closes them.
func relay(a, b net.Conn) {
	var both sync.WaitGroup
	both.Go(func() { pass(a, b) })
	both.Go(func() { pass(b, a) })
	both.Wait()
}

// pass copies what from says, and then its silence. Between two TCP sockets the
// bytes do not leave the kernel (splice).
func pass(from, to net.Conn) {
	if _, err := io.Copy(to, from); err != nil {
		from.Close()
		to.Close()
		return
	}
	half, ok := to.(interface{ CloseWrite() error })
	if !ok {
		to.Close()
		return
	}
	half.CloseWrite()
}

// reset ends a connection as a port does that nobody listens on: with RST.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	c.Close()
}
