package network

import "net/netip"

// Mark tells tentpole's links from others of the same name. The kernel takes no
// alias of a link that is being made; until it has one, a link is known by its
// hardware address.
type Mark struct {
	Alias    string
	Hardware string // as in 02:00:0a:39:00:01
}

// AddBridge makes the bridge: a switch in software. Its hardware address is
// given, because a bridge without one takes that of its lowest port and
// changes it as sandboxes come and go.
type AddBridge struct {
	place
	Name string
	Mark
}

func (a AddBridge) String() string { return "RTM_NEWLINK " + a.Name + ", bridge, " + a.Hardware }

func (a AddBridge) Command() string {
	return a.command("ip", "link", "add", a.Name, "address", a.Hardware, "type", "bridge") + " && " +
		a.command("ip", "link", "set", a.Name, "alias", a.Alias)
}

// AddVeth makes a cable with one end, Name, in a port of the bridge and the
// other, Peer, in the sandbox; veth(4). The alias is the owner's tag. The
// hardware address inside follows from the IP address, so that whoever knew the
// one who had that address before does not ask for a machine that is gone.
type AddVeth struct {
	place
	Name   string
	Bridge string
	Mark
	Peer         string
	PeerHardware string
}

func (a AddVeth) String() string {
	return "RTM_NEWLINK " + a.Name + ", veth, master " + a.Bridge + ", peer " + a.Peer + " inside"
}

func (a AddVeth) Command() string {
	return a.command("ip", "link", "add", a.Name, "address", a.Hardware, "master", a.Bridge,
		"type", "veth", "peer", "name", a.Peer, "address", a.PeerHardware) + " netns $PID && " +
		a.command("ip", "link", "set", a.Name, "alias", a.Alias)
}

// LinkUp switches a link on.
type LinkUp struct {
	place
	Name string
}

func (l LinkUp) String() string  { return l.says("RTM_NEWLINK", l.Name+",", "IFF_UP") }
func (l LinkUp) Command() string { return l.command("ip", "link", "set", l.Name, "up") }

// DeleteLink removes a link; of a cable, both ends. One that is gone already,
// or bears another's mark, is left alone.
type DeleteLink struct {
	place
	Name string
	Mark
}

func (d DeleteLink) String() string  { return "RTM_DELLINK " + d.Name }
func (d DeleteLink) Command() string { return d.command("ip", "link", "del", d.Name) }

// AddAddress gives a link an address, with the length of its subnet.
type AddAddress struct {
	place
	Link    string
	Address netip.Prefix
}

func (a AddAddress) String() string { return a.says("RTM_NEWADDR", a.Address.String(), "on", a.Link) }

// Command leaves out the duplicate address detection of IPv6, which would keep
// the address from being used for a second or two: addresses are given out
// under a lock.
func (a AddAddress) Command() string {
	words := []string{"ip", "addr", "add", a.Address.String(), "dev", a.Link}
	if a.Address.Addr().Is6() {
		words = append(words, "nodad")
	}
	return a.command(words...)
}

// AddRoute sends everything that is not on the subnet through the bridge.
type AddRoute struct {
	place
	Link string
	Via  netip.Addr
}

func (a AddRoute) String() string {
	return a.says("RTM_NEWROUTE", "default via", a.Via.String(), "on", a.Link)
}

func (a AddRoute) Command() string {
	words := []string{"ip"}
	if a.Via.Is6() {
		words = append(words, "-6")
	}
	return a.command(append(words, "route", "add", "default", "via", a.Via.String(), "dev", a.Link)...)
}
