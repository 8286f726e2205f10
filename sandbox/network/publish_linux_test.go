package network

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// publish publishes ports of a room, until the test's end.
func publish(t testing.TB, d Dialer, own []netip.Addr, ports ...Port) *Published {
	t.Helper()
	p, err := Publish(context.Background(), ports, d, own...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// echo has a listener say back, once the client has said all, what it said.
func echo(t testing.TB, l net.Listener) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			b, _ := io.ReadAll(c)
			c.Write(append([]byte("you said "), b...))
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
}

// converse says something, ends its half, and hears the answer.
func converse(t testing.TB, address string) string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer c.Close()
	if _, err := io.WriteString(c, "hello"); err != nil {
		t.Error(err)
	}
	c.(*net.TCPConn).CloseWrite()
	return hear(t, c)
}

// A server inside is reached on both of the host's loopbacks, on whichever of
// its own it listens, by root and by a user, without any other network.
func TestPublish(t *testing.T) {
	if os.Getenv(roleVariable) != roleStranger {
		t.Run("as a user", func(t *testing.T) { asStranger(t, "^TestPublish$") })
	}
	for _, listens := range []string{"127.0.0.1:80", "[::1]:80", ":80"} {
		t.Run(listens, func(t *testing.T) {
			r := newRoom(t)
			echo(t, r.listen(t, "tcp", listens))
			p := publish(t, r, nil, Port{Inside: 80})
			var seen []string
			for _, l := range p.Listening() {
				seen = append(seen, l.Address.Addr().String())
				if got := converse(t, l.Address.String()); got != "you said hello" {
					t.Errorf("%s: %q", l.Address, got)
				}
			}
			if got := strings.Join(seen, " "); got != "127.0.0.1 ::1" {
				t.Errorf("listens on %s", got)
			}
			if got, want := p.Traffic(), (Traffic{Accepted: 2}); got.Accepted != want.Accepted || got.Failed != want.Failed {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestPublishOnTheBridge(t *testing.T) {
	needHost(t)
	unchanged(t)
	r, a := attach(t, tester(t), "web@1.1.boot")
	for _, own := range a.Addrs() {
		echo(t, r.listen(t, "tcp", at(own, 80)))
		p := publish(t, r, []netip.Addr{own}, Port{Inside: 80})
		port := p.Listening()[0].Address.Port()
		if got := converse(t, at(loopbacks[1], port)); got != "you said hello" {
			t.Errorf("%s: %q", own, got)
		}
		// Published means: on the loopbacks, and nowhere else.
		for _, address := range hostAddresses(t) {
			if outside := netip.MustParseAddr(address); !outside.IsLoopback() {
				if c, err := net.Dial("tcp", at(outside, port)); !errors.Is(err, syscall.ECONNREFUSED) {
					t.Errorf("%s answers, or: %v", outside, err)
					c.Close()
				}
			}
		}
	}
}

func TestPublishOnAnAddress(t *testing.T) {
	r := newRoom(t)
	echo(t, r.listen(t, "tcp", ":80"))
	p := publish(t, r, nil, Port{Address: netip.MustParseAddr("127.0.0.5"), Inside: 80})
	if n := len(p.Listening()); n != 1 {
		t.Fatalf("listens on %d addresses", n)
	}
	l := p.Listening()[0].Address
	if got := converse(t, l.String()); got != "you said hello" {
		t.Errorf("%q", got)
	}
	if c, err := net.Dial("tcp", at(loopbacks[0], l.Port())); err == nil {
		t.Error("127.0.0.1 answers too")
		c.Close()
	}
}

func TestPublishRefusals(t *testing.T) {
	if os.Getenv(roleVariable) != roleStranger {
		t.Run("as a user", func(t *testing.T) { asStranger(t, "^TestPublishRefusals$") })
	}
	taken, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	n := taken.Addr().(*net.TCPAddr).AddrPort().Port()
	cases := []struct {
		port  Port
		errno error
		say   string
	}{
		{Port{Host: n, Inside: 80}, syscall.EADDRINUSE,
			fmt.Sprintf("publish %d:80: port %d on ::1 is in use; choose another with -p %d:80", n, n, n+1)},
		{Port{Address: netip.MustParseAddr("203.0.113.9"), Host: 8080, Inside: 80}, syscall.EADDRNOTAVAIL,
			"publish 203.0.113.9:8080:80: listen tcp4 203.0.113.9:8080: bind: cannot assign requested address; it is none of this machine's addresses: leave it out, for 127.0.0.1 and ::1"},
	}
	if os.Getenv(roleVariable) == roleStranger {
		cases = append(cases, struct {
			port  Port
			errno error
			say   string
		}{Port{Host: 80, Inside: 8000}, syscall.EACCES,
			"publish 80:8000: listen tcp4 127.0.0.1:80: bind: permission denied; ports below 1024 are root's on this machine: choose another with -p 8080:8000"})
	}
	for _, c := range cases {
		free := Port{Inside: 80}
		_, err := Publish(context.Background(), []Port{free, c.port}, nil)
		if !errors.Is(err, c.errno) || err.Error() != c.say {
			t.Errorf("%v: %v\nnot %s", c.port, err, c.say)
		}
	}
	// None is left half published: 127.0.0.1 was free, ::1 was not.
	l, err := net.Listen("tcp4", at(loopbacks[0], n))
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
}

func TestPublishWithoutIPv6(t *testing.T) {
	needHost(t)
	unchanged(t)
	write := func(value string) {
		if err := writeSysctl("net/ipv6/conf/lo/disable_ipv6", value); err != nil {
			t.Fatal(err)
		}
	}
	write("1")
	t.Cleanup(func() { write("0") })
	p := publish(t, newRoom(t), nil, Port{Inside: 80})
	if len(p.Listening()) != 1 || len(p.Notes()) != 1 || !strings.Contains(p.Notes()[0], "not published on [::1]") {
		t.Errorf("listens on %v, notes %q", p.Listening(), p.Notes())
	}
}

// Where nobody listens inside, a client outside is turned away as by a port
// that nobody listens on.
func TestNobodyInside(t *testing.T) {
	p := publish(t, newRoom(t), nil, Port{Inside: 80})
	c, err := net.Dial("tcp", p.Listening()[0].Address.String())
	if err == nil { // else it was turned away before it had looked
		defer c.Close()
		c.SetDeadline(time.Now().Add(answerPatience))
		_, err = c.Read(make([]byte, 1))
	}
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("not turned away: %v", err)
	}
	if got := p.Traffic().Failed; got != 1 {
		t.Errorf("%d failures counted", got)
	}
}

func TestCloseEndsConnections(t *testing.T) {
	r := newRoom(t)
	l := r.listen(t, "tcp", "127.0.0.1:80")
	p := publish(t, r, nil, Port{Inside: 80})
	address := p.Listening()[0].Address
	outer, err := net.Dial("tcp", address.String())
	if err != nil {
		t.Fatal(err)
	}
	defer outer.Close()
	inner, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer inner.Close()
	for range 2 {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	for what, c := range map[string]net.Conn{"outside": outer, "inside": inner} {
		c.SetDeadline(time.Now().Add(answerPatience))
		if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s the connection is still open: %v", what, err)
		}
	}
	if c, err := net.Dial("tcp", address.String()); err == nil {
		t.Error("the port still answers")
		c.Close()
	}
	if got := p.Traffic().Open; got != 0 {
		t.Errorf("%d connections counted as open", got)
	}
}

// counting is a dialer whose connections are counted while they are open.
type counting struct {
	open, most atomic.Int64
	dialled    chan struct{}
}

func (c *counting) DialInside(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	n := c.open.Add(1)
	for most := c.most.Load(); n > most && !c.most.CompareAndSwap(most, n); most = c.most.Load() {
	}
	go io.Copy(there, there)
	c.dialled <- struct{}{}
	return &counted{Conn: here, far: there, c: c}, nil
}

type counted struct {
	net.Conn
	far  net.Conn
	once sync.Once
	c    *counting
}

func (c *counted) Close() error {
	c.once.Do(func() { c.c.open.Add(-1); c.far.Close() })
	return c.Conn.Close()
}

// More connections than there is room for wait for their turn, and get it.
func TestConnectionsAreBounded(t *testing.T) {
	const all = maxConnections + 40
	d := &counting{dialled: make(chan struct{}, all)}
	p := publish(t, d, nil, Port{Inside: 80})
	clients := make([]net.Conn, all)
	for i := range clients {
		c, err := net.Dial("tcp", p.Listening()[0].Address.String())
		if err != nil {
			t.Fatal(err)
		}
		clients[i] = c
	}
	// Connections are served in the order they came.
	for i, c := range clients {
		c.SetDeadline(time.Now().Add(answerPatience))
		if _, err := io.WriteString(c, "x"); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		if i >= all-maxConnections {
			continue
		}
		c.Close()
	}
	for range all {
		<-d.dialled
	}
	for _, c := range clients {
		c.Close()
	}
	if most := d.most.Load(); most != maxConnections {
		t.Errorf("%d connections at once, not %d", most, maxConnections)
	}
}
