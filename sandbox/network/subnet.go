package network

import (
	"fmt"
	"iter"
	"net/netip"
)

// candidates are the first two octets of the subnets that are tried, the third
// running from 0 to 255. They lie apart from what others take without asking:
// Docker 172.17 to 172.31, Podman 10.88 and 10.89, Kubernetes 10.42, 10.96 and
// 10.244, libvirt 192.168.122. All are private, RFC 1918.
var candidates = [][2]byte{{10, 57}, {172, 16}, {192, 168}}

// widest is the shortest prefix that counts as taken. Shorter ones are default
// routes in disguise, as a VPN's 0.0.0.0/1 and 128.0.0.0/1.
const widest = 7

// subnets yields every candidate, with the IPv6 subnet that goes with it: the
// same digits below fd00, so that 10.57.0.2 and fd00:10:57::2 are seen to be
// one machine's. They are unique local addresses, RFC 4193, without the random
// part: nothing routes them, and they are chosen so as to collide with nothing
// here.
func subnets() iter.Seq2[netip.Prefix, netip.Prefix] {
	return func(yield func(netip.Prefix, netip.Prefix) bool) {
		for _, c := range candidates {
			for third := range 256 {
				four := netip.AddrFrom4([4]byte{c[0], c[1], byte(third), 0})
				six := netip.MustParseAddr(fmt.Sprintf("fd00:%d:%d:%d::", c[0], c[1], third))
				if !yield(netip.PrefixFrom(four, 24), netip.PrefixFrom(six, 64)) {
					return
				}
			}
		}
	}
}

// freeSubnets returns the first candidates that overlap nothing that is taken.
func freeSubnets(taken []netip.Prefix) (four, six netip.Prefix, ok bool) {
	for four, six := range subnets() {
		if !overlaps(four, taken) && !overlaps(six, taken) {
			return four, six, true
		}
	}
	return four, six, false
}

func overlaps(p netip.Prefix, taken []netip.Prefix) bool {
	for _, t := range taken {
		if t.Bits() >= widest && t.Overlaps(p) {
			return true
		}
	}
	return false
}

// host returns the nth address of a subnet; the zero Addr for the zero Prefix.
func host(p netip.Prefix, n byte) netip.Addr {
	if !p.IsValid() {
		return netip.Addr{}
	}
	b := p.Masked().Addr().AsSlice()
	b[len(b)-1] = n
	a, _ := netip.AddrFromSlice(b)
	return a
}

// The bridge has the first address of its subnet, sandboxes the others.
const (
	firstHost = 1
	lastHost  = 254
)
