//go:build linux

package applet

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"golang.org/x/term"
)

// nc talks over TCP or UDP: what it reads goes out, what comes in it prints.
func nc(c *call) int {
	o, words, ok := c.options("lunvzw:p:46k")
	if !ok {
		return 1
	}
	network := "tcp"
	if o.has('u') {
		network = "udp"
	}
	timeout, ok := seconds(o.value('w', "0"))
	if !ok {
		return c.fail(1, "invalid number '%s'", o.value('w', ""))
	}
	if o.has('l') {
		if len(words) == 1 && !o.has('p') {
			o['p'], words = words, nil
		}
		if len(words) > 1 || !o.has('p') {
			return c.usage()
		}
		return c.listen(network, net.JoinHostPort(firstOr(words, ""), o.value('p', "")), o.has('v'), timeout)
	}
	if len(words) != 2 {
		return c.usage()
	}
	if timeout == 0 {
		timeout = dialTime
	}
	conn, err := dial(network, net.JoinHostPort(words[0], words[1]), timeout)
	if err != nil {
		return c.fail(1, "can't connect to remote host (%s): %s", words[0], netReason(err))
	}
	if o.has('v') || o.has('z') {
		fmt.Fprintf(c.err, "%s (%s) open\n", words[0], conn.RemoteAddr())
	}
	if o.has('z') {
		return 0
	}
	return c.talk(conn)
}

func firstOr(words []string, otherwise string) string {
	if len(words) > 0 {
		return words[0]
	}
	return otherwise
}

// listen takes one connection, or one peer's datagrams.
func (c *call) listen(network, address string, verbose bool, timeout time.Duration) int {
	if network == "udp" {
		return c.datagrams(address)
	}
	l, err := net.Listen(network, address)
	if err != nil {
		return c.fail(1, "bind: %s", netReason(err))
	}
	if verbose {
		fmt.Fprintf(c.err, "listening on %s\n", l.Addr())
	}
	if timeout > 0 {
		l.(*net.TCPListener).SetDeadline(time.Now().Add(timeout))
	}
	conn, err := l.Accept()
	l.Close()
	if err != nil {
		return c.fail(1, "accept: %s", netReason(err))
	}
	if verbose {
		fmt.Fprintf(c.err, "connect from %s\n", conn.RemoteAddr())
	}
	return c.talk(conn)
}

// talk copies both ways until both sides have said all. The end of our input
// closes our half only. Whoever sits at a terminal has said all when the other
// side has.
func (c *call) talk(conn net.Conn) int {
	defer conn.Close()
	said := make(chan struct{})
	go func() {
		io.Copy(conn, c.in)
		if half, ok := conn.(interface{ CloseWrite() error }); ok {
			half.CloseWrite()
		}
		close(said)
	}()
	if err := c.pour(conn); err != nil {
		return c.fail(1, "read: %s", netReason(err))
	}
	if !term.IsTerminal(int(c.in.Fd())) {
		<-said
	}
	return 0
}

// datagrams prints what arrives and answers the first who sent something.
func (c *call) datagrams(address string) int {
	conn, err := net.ListenPacket("udp", address)
	if err != nil {
		return c.fail(1, "bind: %s", netReason(err))
	}
	defer conn.Close()
	buf := make([]byte, 64<<10)
	var peer net.Addr
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return c.fail(1, "read: %s", netReason(err))
		}
		if peer == nil {
			peer = from
			go io.Copy(peerWriter{conn, peer}, c.in)
		}
		c.out.Write(buf[:n])
		c.out.Flush()
	}
}

// peerWriter sends what is written to one peer.
type peerWriter struct {
	conn net.PacketConn
	to   net.Addr
}

func (p peerWriter) Write(b []byte) (int, error) { return p.conn.WriteTo(b, p.to) }

// netReason is why the network refused.
func netReason(err error) string {
	var lookup *net.DNSError
	switch {
	case errors.As(err, &lookup):
		return "bad address '" + lookup.Name + "'"
	case errors.Is(err, os.ErrDeadlineExceeded), isTimeout(err):
		return "Connection timed out"
	}
	return reason(err)
}

func isTimeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}
