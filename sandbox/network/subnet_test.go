package network

import (
	"net/netip"
	"testing"
)

func TestFreeSubnets(t *testing.T) {
	for _, c := range []struct {
		name      string
		taken     []string
		four, six string // "" when none is free
	}{
		{"nothing is taken", nil, "10.57.0.0/24", "fd00:10:57::/64"},
		{"an address in the first", []string{"10.57.0.9/32"}, "10.57.1.0/24", "fd00:10:57:1::/64"},
		{"the IPv6 one only", []string{"fd00:10:57::9/64"}, "10.57.1.0/24", "fd00:10:57:1::/64"},
		{"all of 10", []string{"10.0.0.0/8"}, "172.16.0.0/24", "fd00:172:16::/64"},
		{"all of 10, and 172.16/12", []string{"10.0.0.0/8", "172.16.0.0/12"}, "192.168.0.0/24", "fd00:192:168::/64"},
		{"default routes, whole and in halves", []string{"0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1"}, "10.57.0.0/24", "fd00:10:57::/64"},
		{"everything", []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}, "", ""},
		{"all unique local addresses", []string{"fd00::/8"}, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var taken []netip.Prefix
			for _, p := range c.taken {
				taken = append(taken, netip.MustParsePrefix(p))
			}
			four, six, ok := freeSubnets(taken)
			if ok != (c.four != "") || ok && (four.String() != c.four || six.String() != c.six) {
				t.Errorf("%s, %s, %v", four, six, ok)
			}
		})
	}
}

func TestCandidates(t *testing.T) {
	n := 0
	seen := map[netip.Prefix]bool{}
	for four, six := range subnets() {
		if !four.Addr().IsPrivate() || !six.Addr().IsPrivate() || four.Bits() != 24 || six.Bits() != 64 || seen[four] || seen[six] {
			t.Errorf("%s, %s", four, six)
		}
		seen[four], seen[six] = true, true
		n++
	}
	if n != 768 {
		t.Errorf("%d candidates", n)
	}
}
