package network

import (
	"fmt"
	"net/netip"
	"slices"
)

// Machine is what a plan has to know of the host: its links, what is taken,
// the ways out, and what other programs filter. Look reads it.
type Machine struct {
	Links   []string          // the names of all links
	Tables  []string          // nftables tables of the family inet
	Taken   []netip.Prefix    // addresses, routes and name servers: no new subnet may overlap them
	Uplinks []Uplink          // the links of the default routes
	IPv6    bool              // a new link may have IPv6 addresses
	Sysctls map[string]string // settings as read, by name; what does not exist is not there
	Names   Resolver          // of the host
	Filters []Filter          // chains of others that packets of the bridge pass

	// Allowed tells whether this process may change the network: it has
	// CAP_NET_ADMIN. Others cannot read Tables and Filters.
	Allowed bool
	// Standing is what tentpole has made here already.
	Standing Standing
	// Stands tells whether the bridge of Standing is there and is ours.
	Stands bool
}

// Uplink is a link that a default route leads to.
type Uplink struct {
	Name   string
	Family family
}

// Standing is the bridge that is there, and who is on it. It is written to the
// state directory before anything is made.
type Standing struct {
	Boot    string       `json:"boot"`   // the boot it belongs to, boot_id
	Alias   string       `json:"alias"`  // says on the link whose bridge it is
	Bridge  string       `json:"bridge"` // "" when there is none
	Subnet4 netip.Prefix `json:"subnet4"`
	Subnet6 netip.Prefix `json:"subnet6"` // the zero Prefix without IPv6
	Saved   []Saved      `json:"saved"`
	Members []Member     `json:"members"`
}

// Member is a sandbox on the bridge.
type Member struct {
	Owner string `json:"owner"`
	Link  string `json:"link"` // the host's end of its cable
	Host  byte   `json:"host"` // the last byte of its addresses
}

// member finds an owner's entry.
func (s Standing) member(owner string) (Member, bool) {
	i := slices.IndexFunc(s.Members, func(m Member) bool { return m.Owner == owner })
	if i < 0 {
		return Member{}, false
	}
	return s.Members[i], true
}

// without returns s without the owner's entry.
func (s Standing) without(owner string) Standing {
	s.Members = slices.DeleteFunc(slices.Clone(s.Members), func(m Member) bool { return m.Owner == owner })
	return s
}

// freeHost returns the lowest last byte that no member has.
func (s Standing) freeHost() (byte, bool) {
	for n := firstHost + 1; n <= lastHost; n++ {
		if !slices.ContainsFunc(s.Members, func(m Member) bool { return int(m.Host) == n }) {
			return byte(n), true
		}
	}
	return 0, false
}

// nothing is the record of a machine without a bridge.
func (s Standing) nothing() Standing { return Standing{Boot: s.Boot, Alias: s.Alias} }

// displaced tells whether another bridge has the name of ours.
func (m Machine) displaced() bool {
	return m.Standing.Bridge != "" && !m.Stands && slices.Contains(m.Links, m.Standing.Bridge)
}

// hardware is a locally administered hardware address with an IPv4 address in
// it: its first byte is 02 for what has that address, 06 for the port of the
// bridge that leads there.
func hardware(first byte, a netip.Addr) string {
	if !a.Is4() {
		return ""
	}
	b := a.As4()
	return fmt.Sprintf("%02x:00:%02x:%02x:%02x:%02x", first, b[0], b[1], b[2], b[3])
}

// mark tells the bridge from others of its name.
func (s Standing) mark() Mark {
	return Mark{s.Alias, hardware(0x02, host(s.Subnet4, firstHost))}
}

// cable tells the host's end of a member's cable from others of its name.
func (s Standing) cable(m Member) Mark {
	return Mark{m.Owner, hardware(0x06, host(s.Subnet4, m.Host))}
}

// switched lists the links of the host with a setting that was changed.
func (s Standing) switched() []string {
	var links []string
	for _, saved := range s.Saved {
		if !slices.Contains(links, saved.Link) {
			links = append(links, saved.Link)
		}
	}
	return links
}

// save notes a setting as it was before, once.
func (s *Standing) save(was Saved) {
	if !slices.ContainsFunc(s.Saved, func(b Saved) bool { return b.Key == was.Key }) {
		s.Saved = append(slices.Clone(s.Saved), was)
	}
}

// on reports a switch that is on.
func (m Machine) on(key string) bool { return m.Sysctls[key] == "1" }

// has reports a setting that this kernel knows.
func (m Machine) has(key string) bool {
	_, ok := m.Sysctls[key]
	return ok
}

// forwards tells whether packets of this protocol can be let through here, and
// whether that takes switches of single links.
func (m Machine) forwards(f family) (possible, switches bool) {
	if f == ipv4 {
		return true, true
	}
	if m.on(ipv6.setting("all", "forwarding")) {
		return true, false
	}
	return m.has(ipv6.forwarding("default")), true
}

// wayOut tells whether a packet of this protocol can leave this machine.
func (m Machine) wayOut(f family) bool {
	possible, _ := m.forwards(f)
	return possible && slices.ContainsFunc(m.Uplinks, func(u Uplink) bool { return u.Family == f })
}
