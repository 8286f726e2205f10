package network

import "net/netip"

// Wires are cables between sandboxes' own networks, which Wire has laid.
type Wires struct {
	Hub   netip.Addr   // of the hub, on its bridge
	Tents []netip.Addr // of the others, on Interface, in the order given
	Net   netip.Prefix // that all of them are in
}

// wired is the network for wires: RFC 2544 keeps it for measurements. No host
// has a route to it because of them.
var wired = netip.MustParsePrefix("198.18.0.0/24")
