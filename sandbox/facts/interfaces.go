package facts

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Interface is a network interface of the process's net namespace.
type Interface struct {
	Name string `json:"name"`
	// Addresses have their prefix length: "10.0.0.2/24", "fe80::1/64". IPv4
	// ones first. An interface that is down has none in the kernel's tables.
	Addresses []string `json:"addresses"`
}

// parseNetDev takes the names out of /proc/PID/net/dev, in the kernel's order.
func parseNetDev(b []byte) ([]Interface, error) {
	interfaces := []Interface{}
	n := 0
	for line := range lines(b) {
		if n++; n <= 2 { // two lines of headings
			continue
		}
		// The kernel allows no colon in a name.
		name, _, found := strings.Cut(strings.TrimLeft(line, " "), ":")
		if !found {
			return nil, fmt.Errorf("net/dev line %q names no interface", line)
		}
		interfaces = append(interfaces, Interface{Name: name, Addresses: []string{}})
	}
	return interfaces, nil
}

// parseFibTrie takes the local IPv4 addresses out of /proc/PID/net/fib_trie:
// a leaf line ("|-- 10.0.0.2") gives the address, a line of scope host, type
// LOCAL and length 32 below it says that it is this machine's own.
func parseFibTrie(b []byte) []netip.Addr {
	var addresses []netip.Addr
	var leaf netip.Addr
	for line := range lines(b) {
		line = strings.TrimSpace(line)
		if address, found := strings.CutPrefix(line, "|-- "); found {
			leaf, _ = netip.ParseAddr(address)
			continue
		}
		own := strings.HasPrefix(line, "/32 host LOCAL")
		if own && leaf.IsValid() && !slices.Contains(addresses, leaf) {
			addresses = append(addresses, leaf)
		}
	}
	return addresses
}

// link is a network reached through an interface without a gateway.
type link struct {
	name   string
	prefix netip.Prefix
}

// parseRoutes takes the directly linked networks out of /proc/PID/net/route,
// which writes the four bytes of an IPv4 address as one hexadecimal number in the
// byte order of the machine.
func parseRoutes(b []byte) []link {
	var links []link
	for line := range lines(b) {
		f := strings.Fields(line)
		if len(f) < 8 || f[2] != "00000000" {
			continue
		}
		network, ok := hexIPv4(f[1])
		netmask, okMask := hexIPv4(f[7])
		if !ok || !okMask {
			continue
		}
		if length := prefixLength(netmask); length > 0 {
			links = append(links, link{f[0], netip.PrefixFrom(netip.AddrFrom4(network), length)})
		}
	}
	return links
}

func hexIPv4(s string) (address [4]byte, ok bool) {
	n, err := strconv.ParseUint(s, 16, 32)
	binary.NativeEndian.PutUint32(address[:], uint32(n))
	return address, err == nil
}

func prefixLength(mask [4]byte) int {
	return bits.LeadingZeros32(^binary.BigEndian.Uint32(mask[:]))
}

// addIPv4 gives each address to the interface whose linked network is the
// narrowest around it; 127.0.0.0/8 has no route and is the loopback's. It
// returns the addresses that belong to no interface by these tables.
func addIPv4(interfaces []Interface, addresses []netip.Addr, links []link) (homeless []string) {
	links = append(slices.Clip(links), link{"lo", netip.PrefixFrom(netip.AddrFrom4([4]byte{127}), 8)})
	for _, a := range addresses {
		var home *link
		for i, l := range links {
			if l.prefix.Contains(a) && (home == nil || l.prefix.Bits() > home.prefix.Bits()) {
				home = &links[i]
			}
		}
		if home == nil || !addAddress(interfaces, home.name, netip.PrefixFrom(a, home.prefix.Bits())) {
			homeless = append(homeless, a.String())
		}
	}
	return homeless
}

// addIPv6 adds what /proc/PID/net/if_inet6 says: address and, in hexadecimal,
// interface number, prefix length, scope and flags, then the name.
func addIPv6(interfaces []Interface, b []byte) {
	for line := range lines(b) {
		f := strings.Fields(line)
		if len(f) != 6 {
			continue
		}
		raw, err := hex.DecodeString(f[0])
		address, ok := netip.AddrFromSlice(raw)
		length, lengthErr := strconv.ParseUint(f[2], 16, 8)
		if err != nil || !ok || lengthErr != nil {
			continue
		}
		addAddress(interfaces, f[5], netip.PrefixFrom(address, int(length)))
	}
}

func addAddress(interfaces []Interface, name string, p netip.Prefix) bool {
	for i := range interfaces {
		if interfaces[i].Name == name {
			interfaces[i].Addresses = append(interfaces[i].Addresses, p.String())
			return true
		}
	}
	return false
}
