package network

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/features"
)

func TestManyAtOnce(t *testing.T) {
	needHost(t)
	unchanged(t)
	b := tester(t)
	const many = 8
	attached, rooms := make([]*Attachment, many), make([]*room, many)
	for i := range rooms {
		rooms[i] = newRoom(t)
	}
	var all sync.WaitGroup
	for i, r := range rooms {
		all.Go(func() {
			a, err := b.Attach(context.Background(), Request{Owner: fmt.Sprintf("n%d@1.1.boot", i), NetNS: r.netns})
			if err != nil {
				t.Error(err)
				return
			}
			attached[i] = a
		})
	}
	all.Wait()
	seen := map[netip.Prefix]bool{}
	for _, a := range attached {
		if a == nil || seen[a.Address.IPv4] || seen[a.Address.IPv6] {
			t.Fatalf("failed, or an address twice: %+v", a)
		}
		seen[a.Address.IPv4], seen[a.Address.IPv6] = true, true
	}
	for _, a := range attached {
		all.Go(func() {
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// Who comes after a dead one gets its address, and is reached there at once by
// those who knew the dead one.
func TestAddressOfADeadOne(t *testing.T) {
	needHost(t)
	unchanged(t)
	b := tester(t)
	b.Alive = func(owner string) bool { return !strings.HasPrefix(owner, "dead@") }
	keeper, kept := attach(t, b, "keeper@1.1.boot")
	dead, a := attach(t, b, "dead@1.1.boot")
	serve(t, dead.listen(t, "tcp", ":80"))
	seenFrom(t, keeper, at(a.Address.IPv4.Addr(), 80)) // the keeper knows its hardware address now
	next, c := attach(t, b, "next@1.1.boot")
	if c.Address.IPv4 != a.Address.IPv4 {
		t.Errorf("%s, not the dead one's %s", c.Address.IPv4, a.Address.IPv4)
	}
	serve(t, next.listen(t, "tcp", ":80"))
	if got := seenFrom(t, keeper, at(c.Address.IPv4.Addr(), 80)); got != kept.Address.IPv4.Addr().String() {
		t.Errorf("saw %s", got)
	}
}

// What bears tentpole's names and is not tentpole's stays.
func TestForeignNames(t *testing.T) {
	needHost(t)
	unchanged(t)
	foreign := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: "tentpole0"}}
	if err := netlink.LinkAdd(foreign); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { netlink.LinkDel(foreign) })
	if err := (&scene{}).perform(AddTable{Table: "tentpole1"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { (&scene{}).perform(DeleteTable{Table: "tentpole1"}) })
	before := lookAround()
	b := tester(t)
	_, a := attach(t, b, "guest@1.1.boot")
	if a.Bridge != "tentpole2" {
		t.Errorf("bridge %s, with tentpole0 and tentpole1 taken", a.Bridge)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	b.Alive = func(string) bool { return false }
	if _, err := b.Sweep(context.Background()); err != nil {
		t.Error(err)
	}
	if left := before.changes(lookAround()); left != "" {
		t.Errorf("-before +after:\n%s", left)
	}
}

// A bridge that somebody has put in the place of ours is not touched, and what
// was left of ours is taken away.
func TestForeignBridgeInOurPlace(t *testing.T) {
	needHost(t)
	unchanged(t)
	b := tester(t)
	_, first := attach(t, b, "first@1.1.boot")
	ours, err := netlink.LinkByName(first.Bridge)
	if err == nil {
		err = netlink.LinkDel(ours)
	}
	if err != nil {
		t.Fatal(err)
	}
	foreign := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: first.Bridge}}
	if err := netlink.LinkAdd(foreign); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := netlink.LinkDel(foreign); err != nil {
			t.Errorf("the foreign bridge: %v", err)
		}
	})
	r, second := attach(t, b, "second@1.1.boot")
	if second.Bridge != "tentpole1" {
		t.Errorf("bridge %s", second.Bridge)
	}
	ping(t, r, second.Address.Gateway4)
	for _, a := range []*Attachment{first, second} {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
	if rules := lookAround()["rules"]; len(rules) > 0 {
		t.Errorf("left: %q", rules)
	}
	if _, err := netlink.LinkByName(foreign.Name); err != nil {
		t.Errorf("the foreign bridge: %v", err)
	}
}

// Two state directories have two bridges, and two subnets.
func TestTwoStateDirectories(t *testing.T) {
	needHost(t)
	unchanged(t)
	_, one := attach(t, tester(t), "one@1.1.boot")
	_, two := attach(t, tester(t), "two@1.1.boot")
	if one.Bridge == two.Bridge || one.Address.IPv4.Overlaps(two.Address.IPv4) || one.Address.IPv6.Overlaps(two.Address.IPv6) {
		t.Errorf("%s %s, %s %s", one.Bridge, one.Address.IPv4, two.Bridge, two.Address.IPv4)
	}
}

func TestSubnetThatIsTaken(t *testing.T) {
	needHost(t)
	unchanged(t)
	cable(t, newRoom(t), "lan0", []string{"10.57.0.77/23", "fd00:10:57:2::1/64"}, nil)
	_, a := attach(t, tester(t), "x@1.1.boot")
	if got := a.Address.IPv4.String(); got != "10.57.3.2/24" {
		t.Errorf("address %s, with 10.57.0.0/23 and fd00:10:57:2::/64 taken", got)
	}
}

func TestAttachRefuses(t *testing.T) {
	needHost(t)
	unchanged(t)
	b := tester(t)
	own, err := os.Open("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	if _, err := b.Attach(context.Background(), Request{Owner: "self@1.1.boot", NetNS: own}); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("the host's own namespace: %v", err)
	}
	r, _ := attach(t, b, "twice@1.1.boot")
	if _, err := b.Attach(context.Background(), Request{Owner: "twice@1.1.boot", NetNS: r.netns}); !errors.Is(err, syscall.EEXIST) {
		t.Errorf("twice: %v", err)
	}
	l, err := b.open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, err := b.Attach(ctx, Request{Owner: "late@1.1.boot", NetNS: r.netns}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the lock is taken: %v", err)
	}
}

// As long as one end of a cable is down, carry waits.
func TestCarryWaits(t *testing.T) {
	needHost(t)
	unchanged(t)
	b := tester(t)
	const owner = "waits@1.1.boot"
	m, err := b.Look(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.Plan(owner)
	if err != nil {
		t.Fatal(err)
	}
	r, a := attach(t, b, owner)
	s, err := openHost()
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if err := s.enter(r.netns); err != nil {
		t.Fatal(err)
	}
	eth0, err := s.sandbox.LinkByName(Interface)
	if err == nil {
		err = s.sandbox.LinkSetDown(eth0)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := s.carry(ctx, p, a.Link); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with one end down: %v", err)
	}
	if err := s.perform(LinkUp{inside, Interface}); err != nil {
		t.Fatal(err)
	}
	if err := s.sandbox.AddrAdd(eth0, &netlink.Addr{IPNet: ipNet(p.Address.IPv6), Flags: unix.IFA_F_NODAD}); err != nil {
		t.Fatal(err) // it went with the link
	}
	if err := s.carry(context.Background(), p, a.Link); err != nil {
		t.Errorf("with both ends up: %v", err)
	}
}

// A user without rights is told what to do instead, and nothing is made.
func TestUserHasNoBridge(t *testing.T) {
	if os.Getenv(roleVariable) != roleStranger {
		asStranger(t, "^TestUserHasNoBridge$")
		return
	}
	b := tester(t)
	r := newRoom(t)
	_, err := b.Attach(context.Background(), Request{Owner: "user@1.1.boot", NetNS: r.netns})
	if !errors.Is(err, features.ErrNotSupported) || !errors.Is(err, syscall.EPERM) {
		t.Errorf("%v", err)
	}
	if err == nil || !strings.Contains(err.Error(), "run as root, or") {
		t.Errorf("no remedy in %v", err)
	}
	if swept, err := b.Sweep(context.Background()); err != nil || len(swept.Links) > 0 {
		t.Errorf("swept %+v, %v", swept, err)
	}
	m, err := b.Look(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if p, err := m.Plan("user@1.1.boot"); err != nil || len(p.Operations) == 0 {
		t.Errorf("a user cannot see the plan: %v", err)
	}
}
