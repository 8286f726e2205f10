package server

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// channelsEach is how many channels a connection may have open.
const channelsEach = 8

// connection counts the channels of one connection, and ends it when there is none
// for too long, or nobody at the other end.
type connection struct {
	caller  *caller
	useless time.Duration // it may be of no use for
	close   func() error
	mu      sync.Mutex
	open    int
	timer   *time.Timer
	ssh     gossh.Conn // nil before the first channel
}

type connectionKey struct{}

// watched begins to count.
func (s *Server) watched(ctx ssh.Context, conn net.Conn) net.Conn {
	at, _ := conn.(*caller)
	ctx.SetValue(connectionKey{}, &connection{caller: at, useless: s.Useless, close: conn.Close, timer: time.AfterFunc(s.Useless, func() { conn.Close() })})
	return conn
}

const (
	// probeEvery is how often it is asked whether somebody is at the other end of
	// a connection: TCP does not tell of a laptop that was shut. It and patience
	// stand for ClientAliveInterval of sshd_config(5).
	probeEvery = 15 * time.Second
	patience   = 30 * time.Second
)

// probe asks from time to time until nobody answers.
func (c *connection) probe(ctx context.Context) {
	for next := time.NewTicker(probeEvery); ; {
		select {
		case <-ctx.Done():
			next.Stop()
			return
		case <-next.C:
			c.answers(patience)
		}
	}
}

// answers tells whether somebody is at the other end, and closes the connection if
// nobody answers in time. Every client answers a request that it does not know;
// RFC 4254, section 4.
func (c *connection) answers(within time.Duration) bool {
	answered := make(chan error, 1)
	go func() { // ends with the connection
		_, _, err := c.ssh.SendRequest("keepalive@openssh.com", true, nil)
		answered <- err
	}()
	select {
	case err := <-answered:
		return err == nil
	case <-time.After(within):
		c.close()
		return false
	}
}

// first notes what a connection is asked by, and tells whether that is new.
func (c *connection) first(conn gossh.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.ssh != nil
	c.ssh = conn
	return !known
}

func (c *connection) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == channelsEach {
		return false
	}
	c.open++
	c.timer.Stop()
	return true
}

func (c *connection) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open--; c.open == 0 {
		c.timer.Reset(c.useless)
	}
}

// gate opens a session's channel, if there are not too many.
func gate(srv *ssh.Server, conn *gossh.ServerConn, c gossh.NewChannel, ctx ssh.Context) {
	counted, ok := ctx.Value(connectionKey{}).(*connection)
	if !ok || !counted.caller.enter(conn.Permissions.Extensions[learnerName]) || !counted.begin() {
		c.Reject(gossh.ResourceShortage, "there are enough windows and connections of this name")
		return
	}
	defer counted.end()
	if counted.first(conn) {
		go counted.probe(ctx)
	}
	ssh.DefaultSessionHandler(srv, conn, sessionOnly{c}, ctx) // until the channel is closed
}

// sessionOnly is a channel on which a session can be asked for, and nothing else:
// no agent, no X11; and no variables, which the library would collect without end.
type sessionOnly struct{ gossh.NewChannel }

// wanted are the requests that reach the library; RFC 4254, section 6.
var wanted = map[string]bool{"pty-req": true, "shell": true, "exec": true, "subsystem": true, "window-change": true}

// Accept implements ssh.NewChannel.
func (s sessionOnly) Accept() (gossh.Channel, <-chan *gossh.Request, error) {
	ch, all, err := s.NewChannel.Accept()
	if err != nil {
		return nil, nil, err
	}
	some := make(chan *gossh.Request)
	go func() {
		defer close(some)
		for r := range all {
			if wanted[r.Type] {
				some <- r
			} else if r.WantReply {
				r.Reply(false, nil)
			}
		}
	}()
	return ch, some, nil
}
