package network

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
)

// at writes an address with a port.
func at(a netip.Addr, port uint16) string { return netip.AddrPortFrom(a, port).String() }

func TestSandboxesReachOneAnother(t *testing.T) {
	needHost(t)
	unchanged(t)
	b := tester(t)
	first, a1 := attach(t, b, "first@1.1.boot")
	second, a2 := attach(t, b, "second@1.1.boot")
	for _, to := range a2.Addrs() {
		serve(t, second.listen(t, "tcp", at(to, 8080)))
		ping(t, first, to)
	}
	for i, to := range a2.Addrs() {
		if got, want := seenFrom(t, first, at(to, 8080)), a1.Addrs()[i].String(); got != want {
			t.Errorf("the server at %s saw %s, not %s", to, got, want)
		}
	}
	for _, gateway := range []netip.Addr{a1.Address.Gateway4, host(netip.PrefixFrom(a1.Address.IPv6.Addr(), 64), firstHost)} {
		ping(t, first, gateway)
	}
}

// A sandbox with a user namespace owns its network namespace.
func TestSandboxOfAnotherUser(t *testing.T) {
	needHost(t)
	unchanged(t)
	uplink(t)
	r := startRoom(t, userNamespace())
	a := attachRoom(t, tester(t), "user@1.1.boot", r)
	ping(t, r, a.Address.Gateway4)
	ping(t, r, netip.MustParseAddr(internet))
}

// A port of a sandbox that is not published is the sandbox's: the host reaches
// it there, and on none of its own addresses.
func TestUnpublishedPort(t *testing.T) {
	needHost(t)
	unchanged(t)
	uplink(t)
	r, a := attach(t, tester(t), "served@1.1.boot")
	serve(t, r.listen(t, "tcp", ":8080"))
	for _, inside := range a.Addrs() {
		c, err := net.Dial("tcp", at(inside, 8080))
		if err != nil {
			t.Fatalf("the server does not answer on its own address: %v", err)
		}
		c.Close()
	}
	addresses := hostAddresses(t)
	if len(addresses) != 6 { // two loopbacks, two of the uplink, two of the bridge
		t.Errorf("the host's addresses: %q", addresses)
	}
	for _, outside := range addresses {
		c, err := net.Dial("tcp", net.JoinHostPort(outside, "8080"))
		if !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s answers, or: %v", outside, err)
		}
		if err == nil {
			c.Close()
		}
	}
}

// The first connection of all comes through: nothing is lost while links and
// addresses come up.
func TestFirstConnection(t *testing.T) {
	needHost(t)
	for _, to := range []string{internet, internet6} {
		t.Run(to, func(t *testing.T) {
			unchanged(t)
			world := uplink(t)
			serve(t, world.listen(t, "tcp", net.JoinHostPort(to, "80")))
			r, a := attach(t, tester(t), "first@1.1.boot")
			if strings.Contains(to, ":") && !a.Address.Gateway6.IsValid() {
				t.Log("no IPv6 way out on this kernel, which is before 6.17: nothing to connect to")
				return
			}
			c, err := r.DialInside(context.Background(), "tcp", net.JoinHostPort(to, "80"))
			if err != nil {
				t.Fatal(err)
			}
			c.Close()
		})
	}
}

// Out there, a sandbox has the host's address.
func TestWayOut(t *testing.T) {
	needHost(t)
	unchanged(t)
	world := uplink(t)
	for _, a := range []string{internet, internet6} {
		serve(t, world.listen(t, "tcp", net.JoinHostPort(a, "80")))
	}
	r, a := attach(t, tester(t), "out@1.1.boot")
	if got := seenFrom(t, r, internet+":80"); got != hostOut {
		t.Errorf("the internet saw %s, not the host's %s", got, hostOut)
	}
	ping(t, r, netip.MustParseAddr(internet))
	_, err := readSysctl(ipv6.forwarding("default"))
	if forwards := err == nil; forwards != a.Address.Gateway6.IsValid() {
		t.Errorf("force_forwarding is there: %v, gateway %s", forwards, a.Address.Gateway6)
	}
	if a.Address.Gateway6.IsValid() {
		if got := seenFrom(t, r, "["+internet6+"]:80"); got != hostOut6 {
			t.Errorf("the internet saw %s, not the host's %s", got, hostOut6)
		}
	}
	for key, want := range map[string]string{"net/ipv4/ip_forward": "0", "net/ipv6/conf/all/forwarding": "0", "net/ipv4/conf/up0/forwarding": "1"} {
		if got, err := readSysctl(key); got != want || err != nil {
			t.Errorf("%s = %s, not %s (%v)", key, got, want, err)
		}
	}
}

// While the host forwards for sandboxes, strangers begin no conversations:
// neither with a sandbox nor, with the host as a router, with another network.
func TestStrangersStayOut(t *testing.T) {
	needHost(t)
	unchanged(t)
	world := uplink(t, "10.57.0.0/24", "198.51.100.0/24")
	other := newRoom(t)
	cable(t, other, "lan0", []string{"198.51.100.2/24"}, []string{"198.51.100.1/24"})
	if err := within(other.netns, func() error { route(t, "192.0.2.0/24", "198.51.100.2"); return nil }); err != nil {
		t.Fatal(err)
	}
	// The other network's link forwards, so that all hangs on the uplink.
	if err := writeSysctl(ipv4.forwarding("lan0"), "1"); err != nil {
		t.Fatal(err)
	}
	r, a := attach(t, tester(t), "shy@1.1.boot")
	serve(t, r.listen(t, "tcp", ":8080"))
	serve(t, other.listen(t, "tcp", ":8080"))
	targets := []string{at(a.Address.IPv4.Addr(), 8080), "198.51.100.1:8080"}
	for _, to := range targets {
		c, err := world.DialInside(context.Background(), "tcp", to)
		if !errors.Is(err, syscall.ETIMEDOUT) {
			t.Errorf("a stranger reaches %s, or: %v", to, err)
		}
		if err == nil {
			c.Close()
		}
	}
	// It is the rules that keep them out: without these, both are reached.
	if err := (&scene{}).perform(DeleteTable{Table: a.Bridge}); err != nil {
		t.Fatal(err)
	}
	for _, to := range targets {
		if got := seenFrom(t, world, to); got != internet {
			t.Errorf("without the rules %s saw %s", to, got)
		}
	}
}
