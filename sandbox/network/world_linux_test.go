package network

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/net/icmp"
	icmp4 "golang.org/x/net/ipv4"
	icmp6 "golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"
)

// dialPatience bounds a connection that should fail by being dropped.
const dialPatience = 500 * time.Millisecond

// answerPatience bounds one that should succeed: only a failing test waits for
// it.
const answerPatience = 10 * time.Second

// cable lays a link from the host to a room, with an address at each end.
func cable(t testing.TB, r *room, name string, hostEnd, roomEnd []string) {
	t.Helper()
	attrs := netlink.NewLinkAttrs()
	attrs.Name = name
	link := &netlink.Veth{LinkAttrs: attrs, PeerName: "wire-" + name, PeerNamespace: netlink.NsFd(r.netns.Fd())}
	if err := netlink.LinkAdd(link); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { netlink.LinkDel(link) })
	setUp(t, name, hostEnd)
	err := within(r.netns, func() error { setUp(t, "wire-"+name, roomEnd); carries(t, "wire-"+name, roomEnd); return nil })
	if err != nil {
		t.Fatal(err)
	}
	carries(t, name, hostEnd)
}

// carries waits until a link on the calling thread's side carries packets.
func carries(t testing.TB, name string, addresses []string) {
	h, err := openHandle()
	if err != nil {
		t.Error(err)
		return
	}
	defer h.Close()
	err = until(t.Context(), func() (bool, error) { return operational(h, name) })
	for _, a := range addresses {
		if p := netip.MustParsePrefix(a); p.Addr().Is6() {
			err = errors.Join(err, until(t.Context(), func() (bool, error) { return answers(h, p.Addr()) }))
		}
	}
	if err != nil {
		t.Error(err)
	}
}

func setUp(t testing.TB, name string, addresses []string) {
	link, err := netlink.LinkByName(name)
	if err != nil {
		t.Error(err)
		return
	}
	for _, a := range addresses {
		address := &netlink.Addr{IPNet: ipNet(netip.MustParsePrefix(a)), Flags: unix.IFA_F_NODAD}
		if err := netlink.AddrAdd(link, address); err != nil {
			t.Error(err)
		}
	}
	if err := netlink.LinkSetUp(link); err != nil {
		t.Error(err)
	}
}

// route adds a route on the calling thread's side.
func route(t testing.TB, to, via string) {
	r := &netlink.Route{Gw: netip.MustParseAddr(via).AsSlice(), Dst: ipNet(netip.MustParsePrefix(to))}
	if err := netlink.RouteAdd(r); err != nil {
		t.Error(err)
	}
}

// The addresses of the world; RFC 5737 and RFC 3849.
const (
	hostOut   = "192.0.2.2"
	internet  = "192.0.2.1"
	hostOut6  = "2001:db8::2"
	internet6 = "2001:db8::1"
)

// uplink gives the host an internet: one machine, in a room, that the default
// routes lead to. It has routes to the bridges, as a curious neighbour would.
func uplink(t testing.TB, curious ...string) *room {
	t.Helper()
	r := newRoom(t)
	cable(t, r, "up0", []string{hostOut + "/24", hostOut6 + "/64"}, []string{internet + "/24", internet6 + "/64"})
	route(t, "0.0.0.0/0", internet)
	route(t, "::/0", internet6)
	within(r.netns, func() error {
		for _, subnet := range curious {
			route(t, subnet, hostOut)
		}
		return nil
	})
	return r
}

// serve has a listener answer each connection with the address that it sees
// the client come from.
func serve(t testing.TB, l net.Listener) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			io.WriteString(c, c.RemoteAddr().(*net.TCPAddr).IP.String())
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
}

// hear reads all that a connection says.
func hear(t testing.TB, c net.Conn) string {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(answerPatience))
	b, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// seenFrom connects from a room to an address, and tells whom the server saw.
func seenFrom(t testing.TB, r *room, address string) string {
	t.Helper()
	return hear(t, r.dial(t, "tcp", address))
}

// ping sends an echo request from a room and waits for the reply.
func ping(t testing.TB, r *room, to netip.Addr) {
	t.Helper()
	network, request, reply, protocol := "ip4:icmp", icmp.Type(icmp4.ICMPTypeEcho), icmp.Type(icmp4.ICMPTypeEchoReply), 1
	if to.Is6() {
		network, request, reply, protocol = "ip6:ipv6-icmp", icmp6.ICMPTypeEchoRequest, icmp6.ICMPTypeEchoReply, 58
	}
	c := r.dial(t, network, to.String())
	m := icmp.Message{Type: request, Body: &icmp.Echo{ID: 7, Seq: 1, Data: []byte("tentpole")}}
	b, err := m.Marshal(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write(b); err != nil {
		t.Fatal(err)
	}
	c.SetReadDeadline(time.Now().Add(answerPatience))
	for b := make([]byte, 1500); ; {
		n, _, err := c.(*net.IPConn).ReadFrom(b)
		if err != nil {
			t.Fatalf("no reply from %s: %v", to, err)
		}
		if m, err := icmp.ParseMessage(protocol, b[:n]); err == nil && m.Type == reply {
			return
		}
	}
}

// tester is a bridge with a state directory of the test's own.
func tester(t testing.TB) Bridge {
	t.Helper()
	return Bridge{StateDir: t.TempDir(), Alive: func(string) bool { return true }}
}

// attach puts a new room onto a bridge, until the test's end.
func attach(t testing.TB, b Bridge, owner string) (*room, *Attachment) {
	t.Helper()
	r := newRoom(t)
	return r, attachRoom(t, b, owner, r)
}

func attachRoom(t testing.TB, b Bridge, owner string, r *room) *Attachment {
	t.Helper()
	a, err := b.Attach(context.Background(), Request{Owner: owner, NetNS: r.netns, Hostname: owner})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}
