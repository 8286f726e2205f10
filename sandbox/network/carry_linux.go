package network

import (
	"context"
	"net/netip"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// carry waits until a cable carries packets, from the sandbox through the port
// to the bridge. The kernel finishes what was asked a moment later: it notices
// the carrier of a new link, and takes packets for a new IPv6 address only
// after what would have been the detection of duplicates. What is sent before
// is lost, and a first connection would take a second.
func (s *scene) carry(ctx context.Context, p Plan, port string) error {
	ctx, cancel := context.WithTimeout(ctx, carrierPatience)
	defer cancel()
	for _, end := range []struct {
		at      *netlink.Handle
		link    string
		address netip.Addr
	}{
		{s.sandbox, Interface, p.Address.IPv6.Addr()},
		{s.host, port, netip.Addr{}},
		{s.host, p.Bridge, host(p.standing.Subnet6, firstHost)},
	} {
		err := until(ctx, func() (bool, error) { return operational(end.at, end.link) })
		if err == nil && end.address.IsValid() {
			err = until(ctx, func() (bool, error) { return answers(end.at, end.address) })
		}
		if err != nil {
			return &Error{Op: "wait for the carrier of", Target: end.link, Err: err}
		}
	}
	return nil
}

// carrierPatience bounds that wait, on a machine where hundreds start at once.
const carrierPatience = 30 * time.Second

// until asks again and again until the answer is yes, or ctx ends.
func until(ctx context.Context, ask func() (bool, error)) error {
	for {
		if yes, err := ask(); yes || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
}

// operational tells whether a link carries packets. Since Linux 6.8 asking is
// enough for the kernel to notice.
func operational(h *netlink.Handle, link string) (bool, error) {
	l, err := h.LinkByName(link)
	return err == nil && l.Attrs().OperState == netlink.OperUp, err
}

// answers tells whether packets for an address are taken: there is a route to
// it in the table of local addresses, the last thing the kernel does.
func answers(h *netlink.Handle, a netip.Addr) (bool, error) {
	local := &netlink.Route{Table: unix.RT_TABLE_LOCAL, Dst: ipNet(netip.PrefixFrom(a, a.BitLen()))}
	routes, err := steady(func() ([]netlink.Route, error) {
		return h.RouteListFiltered(netlink.FAMILY_V6, local, netlink.RT_FILTER_TABLE|netlink.RT_FILTER_DST)
	})
	return len(routes) > 0, err
}
