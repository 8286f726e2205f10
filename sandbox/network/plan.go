package network

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"syscall"
)

// Interface is the name of a sandbox's end of the cable, inside.
const Interface = "eth0"

// LinkName is the name of the host's end of an owner's cable: it has to fit
// into 15 bytes (IFNAMSIZ), and says by itself whose it is.
func LinkName(owner string) string {
	sum := sha256.Sum256([]byte(owner))
	return "tp" + hex.EncodeToString(sum[:5])
}

// Plan is how a sandbox comes onto the bridge, on the machine that was looked
// at. It has touched nothing.
type Plan struct {
	Bridge  string
	Address Addresses
	// Operations in order: what the first sandbox needs, then what each needs.
	Operations []Operation
	// Names is the resolv.conf for inside.
	Names Resolver
	// Notes are sentences on what will not work, with what a person can do.
	Notes []string

	standing Standing // as it will be
}

// Addresses are those of a sandbox on the bridge.
type Addresses struct {
	IPv4     netip.Prefix // with the length of the subnet
	IPv6     netip.Prefix // the zero Prefix without IPv6
	Gateway4 netip.Addr   // the bridge
	Gateway6 netip.Addr   // the zero Addr when there is no IPv6 way out
}

// Plan lists what it takes to put the owner's sandbox onto the bridge. The
// owner is a tag, NAME@PID.START.BOOT.
func (m Machine) Plan(owner string) (Plan, error) {
	s, err := m.choose()
	if err != nil {
		return Plan{}, err
	}
	if _, ok := s.member(owner); ok {
		return Plan{}, &Error{Op: "connect", Target: owner, Err: syscall.EEXIST, Remedy: "it is on the bridge already"}
	}
	n, ok := s.freeHost()
	if !ok {
		return Plan{}, &Error{Op: "find an address in", Target: s.Subnet4.String(), Err: syscall.EADDRNOTAVAIL,
			Remedy: fmt.Sprintf("%d sandboxes are on the bridge: end some", len(s.Members))}
	}
	member := Member{Owner: owner, Link: LinkName(owner), Host: n}
	p := Plan{Bridge: s.Bridge, Address: m.addresses(s, n), Names: m.Names, Notes: m.notes(s.Bridge)}
	p.Operations = slices.Concat(m.raise(s), m.switchOn(&s), connect(s, member, p.Address))
	s.Members = append(slices.Clone(s.Members), member)
	p.standing = s
	return p, nil
}

// maxBridges bounds the search for a name.
const maxBridges = 10

// choose returns what stands, or a name and subnets for a new bridge.
func (m Machine) choose() (Standing, error) {
	if m.Standing.Bridge != "" && !m.displaced() {
		return m.Standing, nil
	}
	s := m.Standing.nothing()
	var ok bool
	if s.Bridge, ok = m.freeName(); !ok {
		return s, &Error{Op: "find a name for", Target: "a bridge", Err: syscall.EEXIST, Remedy: "remove bridges tentpole0 and on that are not tentpole's"}
	}
	if s.Subnet4, s.Subnet6, ok = freeSubnets(m.Taken); !ok {
		return s, &Error{Op: "find a subnet for", Target: s.Bridge, Err: syscall.EADDRNOTAVAIL, Remedy: "this machine has routes for all private networks"}
	}
	if !m.IPv6 {
		s.Subnet6 = netip.Prefix{}
	}
	return s, nil
}

// freeName returns a name that neither a link nor a table has.
func (m Machine) freeName() (string, bool) {
	for n := range maxBridges {
		name := fmt.Sprintf("tentpole%d", n)
		if !slices.Contains(m.Links, name) && !slices.Contains(m.Tables, name) {
			return name, true
		}
	}
	return "", false
}

func (m Machine) addresses(s Standing, n byte) Addresses {
	a := Addresses{IPv4: netip.PrefixFrom(host(s.Subnet4, n), s.Subnet4.Bits()), Gateway4: host(s.Subnet4, firstHost)}
	if s.Subnet6.IsValid() {
		a.IPv6 = netip.PrefixFrom(host(s.Subnet6, n), s.Subnet6.Bits())
		if m.wayOut(ipv6) {
			a.Gateway6 = host(s.Subnet6, firstHost)
		}
	}
	return a
}

// raise lists what is missing of the bridge and its table.
func (m Machine) raise(s Standing) []Operation {
	var ops []Operation
	if !slices.Contains(m.Links, s.Bridge) {
		ops = append(ops, bridge(s)...)
	}
	if slices.Contains(m.Tables, s.Bridge) {
		return ops
	}
	masked := []Match{{fromSubnet4, s.Subnet4.String()}}
	if s.Subnet6.IsValid() {
		masked = append(masked, Match{fromSubnet6, s.Subnet6.String()})
	}
	ops = append(ops, standing(s.Bridge, masked...)...)
	for _, uplink := range s.switched() { // the table was flushed by somebody
		ops = append(ops, noRouter(s.Bridge, uplink))
	}
	return ops
}

// bridge makes the bridge itself. A router advertisement that a sandbox sends
// does not change the host's routes (CVE-2020-13401).
func bridge(s Standing) []Operation {
	gateway := host(s.Subnet4, firstHost)
	ops := []Operation{
		AddBridge{Name: s.Bridge, Mark: s.mark()},
		AddAddress{Link: s.Bridge, Address: netip.PrefixFrom(gateway, s.Subnet4.Bits())},
	}
	if s.Subnet6.IsValid() {
		ops = append(ops,
			WriteSysctl{Key: ipv6.setting(s.Bridge, "accept_ra"), Value: "0"},
			AddAddress{Link: s.Bridge, Address: netip.PrefixFrom(host(s.Subnet6, firstHost), s.Subnet6.Bits())})
	}
	return append(ops, LinkUp{Name: s.Bridge})
}

// switchOn lets packets pass between the bridge and the uplinks, by switches of
// these links alone, and notes in s how they were before.
func (m Machine) switchOn(s *Standing) []Operation {
	var ops []Operation
	for _, f := range []family{ipv4, ipv6} {
		if _, switches := m.forwards(f); !switches || !m.wayOut(f) || f == ipv6 && !s.Subnet6.IsValid() {
			continue
		}
		if key := f.forwarding(s.Bridge); !m.on(key) {
			ops = append(ops, WriteSysctl{Key: key, Value: "1"})
		}
		ops = append(ops, m.switchUplinks(f, s)...)
	}
	return ops
}

func (m Machine) switchUplinks(f family, s *Standing) []Operation {
	var ops []Operation
	for _, u := range m.Uplinks {
		key := f.forwarding(u.Name)
		if u.Family != f || m.on(key) || !m.has(key) {
			continue
		}
		// First the rule, then the switch: the host is never a router.
		if !slices.Contains(s.switched(), u.Name) {
			ops = append(ops, noRouter(s.Bridge, u.Name))
		}
		ops = append(ops, WriteSysctl{Key: key, Value: "1"})
		s.save(Saved{Link: u.Name, Key: key, Before: m.Sysctls[key], Global: f.forwarding("all")})
	}
	return ops
}

// connect lays one sandbox's cable.
func connect(s Standing, m Member, a Addresses) []Operation {
	ops := []Operation{
		AddVeth{Name: m.Link, Bridge: s.Bridge, Mark: s.cable(m), Peer: Interface, PeerHardware: hardware(0x02, a.IPv4.Addr())},
		AddAddress{inside, Interface, a.IPv4},
	}
	if a.IPv6.IsValid() {
		ops = append(ops, WriteSysctl{inside, ipv6.setting(Interface, "accept_ra"), "0"}, AddAddress{inside, Interface, a.IPv6})
	}
	ops = append(ops, LinkUp{Name: m.Link}, LinkUp{inside, Interface}, AddRoute{inside, Interface, a.Gateway4})
	if a.Gateway6.IsValid() {
		ops = append(ops, AddRoute{inside, Interface, a.Gateway6})
	}
	return ops
}

// disconnect takes one sandbox's cable away.
func disconnect(s Standing, m Member) []Operation {
	return []Operation{DeleteLink{Name: m.Link, Mark: s.cable(m)}}
}

// fold takes away what the last sandbox leaves: first the switches, so that the
// host is never a router without the rules that keep strangers out.
func fold(s Standing) []Operation {
	var ops []Operation
	for _, saved := range s.Saved {
		ops = append(ops, RestoreSysctl{Saved: saved})
	}
	return append(ops, DeleteLink{Name: s.Bridge, Mark: s.mark()}, DeleteTable{Table: s.Bridge})
}

// notes says what will not work, or will not work before something is done.
func (m Machine) notes(bridge string) []string {
	var notes []string
	if !m.wayOut(ipv4) {
		notes = append(notes, "this machine has no default route: the sandbox reaches the host and other sandboxes, and nothing beyond")
	}
	if !m.wayOut(ipv6) && slices.ContainsFunc(m.Uplinks, func(u Uplink) bool { return u.Family == ipv6 }) {
		notes = append(notes, "IPv6 ends at the host: this kernel forwards it on all links or on none (force_forwarding came with Linux 6.17)")
	}
	for _, f := range m.Filters {
		if slices.Contains(f.Links, bridge) {
			continue // somebody has thought of it
		}
		notes = append(notes, f.word(bridge, m.on(f.bridged())))
	}
	if m.Names.Note != "" {
		notes = append(notes, m.Names.Note)
	}
	return notes
}
