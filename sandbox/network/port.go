package network

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Port is a port of a sandbox that is published on the host.
type Port struct {
	// Address is the host's address to listen on. The zero Addr means both
	// loopbacks, 127.0.0.1 and ::1: nobody on the network is served unasked.
	Address netip.Addr
	Host    uint16 // the host's port; 0 lets the kernel choose a free one
	Inside  uint16 // the sandbox's port
}

func (p Port) String() string {
	s := fmt.Sprintf("%d:%d", p.Host, p.Inside)
	switch {
	case !p.Address.IsValid():
		return s
	case p.Address.Is6():
		return "[" + p.Address.String() + "]:" + s
	}
	return p.Address.String() + ":" + s
}

// loopbacks are where a port without an address is published.
var loopbacks = []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()}

// addresses lists where the host listens.
func (p Port) addresses() []netip.Addr {
	if p.Address.IsValid() {
		return []netip.Addr{p.Address}
	}
	return loopbacks
}

// PortError is a published port that cannot be read, or is not offered.
type PortError struct {
	Word string // as given
	Why  string
}

func (e *PortError) Error() string { return fmt.Sprintf("published port %q: %s", e.Word, e.Why) }

// ParsePort reads "[ADDRESS:]HOSTPORT:PORT[/tcp]", with an IPv6 address in
// brackets. Every error is a *PortError.
func ParsePort(word string) (Port, error) {
	refuse := func(why string) (Port, error) { return Port{}, &PortError{word, why} }
	rest, protocol, _ := strings.Cut(word, "/")
	if protocol != "" && protocol != "tcp" {
		return refuse("only TCP can be published, not " + protocol)
	}
	rest, last, ok := cutLast(rest)
	if !ok {
		return refuse("write HOSTPORT:PORT, as in 8080:80")
	}
	address, first, _ := cutLast(rest)
	var p Port
	var why string
	if p.Inside, why = parseNumber(last, 1); why != "" {
		return refuse(why)
	}
	if p.Host, why = parseNumber(first, 0); why != "" {
		return refuse(why)
	}
	if p.Address, why = parseAddress(address); why != "" {
		return refuse(why)
	}
	return p, nil
}

// cutLast splits at the last colon. Without one, all of s is after it.
func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+1:], true
}

func parseNumber(s string, least uint16) (n uint16, why string) {
	u, err := strconv.ParseUint(s, 10, 16)
	if err != nil || uint16(u) < least {
		return 0, fmt.Sprintf("%q is no port: ports are whole numbers from %d to 65535", s, least)
	}
	return uint16(u), ""
}

func parseAddress(s string) (a netip.Addr, why string) {
	if s == "" {
		return a, ""
	}
	bare := strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
	a, err := netip.ParseAddr(bare)
	switch {
	case err != nil:
		return a, fmt.Sprintf("%q is no IP address of this machine's, such as 127.0.0.1 or [::1]", s)
	case a.Is6() && s != "["+bare+"]":
		return a, "write an IPv6 address in brackets, as in [::1]:8080:80"
	}
	return a, ""
}
