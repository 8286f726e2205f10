package network

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/nftables"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// snapshot is the host's network in lines, by what they are about: links,
// addresses, routes, settings, rules. Numbers that only count up are left out.
type snapshot map[string][]string

// unchanged fails the test when the host is not, at its end, as it was.
func unchanged(t testing.TB) {
	t.Helper()
	before := lookAround()
	t.Cleanup(func() {
		if left := before.changes(lookAround()); left != "" {
			t.Errorf("the host is not as before (-before +after):\n%s", left)
		}
	})
}

func (s snapshot) changes(now snapshot) string { return cmp.Diff(s, now) }

func lookAround() snapshot {
	s := snapshot{}
	s.links()
	s.routes()
	s.settings()
	s.rules()
	for _, key := range slices.Collect(maps.Keys(s)) {
		slices.Sort(s[key])
	}
	return s
}

func (s snapshot) add(kind, format string, args ...any) {
	s[kind] = append(s[kind], fmt.Sprintf(format, args...))
}

func (s snapshot) links() {
	links, _ := steady(func() ([]netlink.Link, error) { return netlink.LinkList() })
	for _, l := range links {
		a := l.Attrs()
		s.add("links", "%s %s %q %s %s", a.Name, l.Type(), a.Alias, a.Flags, a.HardwareAddr)
		addresses, _ := steady(func() ([]netlink.Addr, error) { return netlink.AddrList(l, netlink.FAMILY_ALL) })
		for _, addr := range addresses {
			if !addr.IP.IsLinkLocalUnicast() { // comes a moment later
				s.add("addresses", "%s on %s, nodad %v", addr.IPNet, a.Name, addr.Flags&unix.IFA_F_NODAD != 0)
			}
		}
	}
}

func (s snapshot) routes() {
	for _, family := range []int{netlink.FAMILY_V4, netlink.FAMILY_V6} {
		routes, _ := steady(func() ([]netlink.Route, error) {
			return netlink.RouteListFiltered(family, &netlink.Route{}, netlink.RT_FILTER_TABLE)
		})
		for _, r := range routes {
			if r.Dst == nil || !r.Dst.IP.IsLinkLocalUnicast() && !r.Dst.IP.IsMulticast() {
				s.add("routes", "%s via %s table %d type %d", r.Dst, r.Gw, r.Table, r.Type)
			}
		}
	}
}

// settings reads all that can be set of a link, and of all of them.
func (s snapshot) settings() {
	for _, pattern := range []string{"net/ipv4/conf/*/*", "net/ipv6/conf/*/*", "net/ipv4/ip_forward", "net/bridge/*"} {
		files, _ := filepath.Glob("/proc/sys/" + pattern)
		for _, f := range files {
			if b, err := os.ReadFile(f); err == nil {
				s.add("settings", "%s = %s", f, strings.TrimSpace(string(b)))
			}
		}
	}
}

func (s snapshot) rules() {
	c, err := nftables.New()
	if err != nil {
		return
	}
	tables, _ := c.ListTables()
	for _, t := range tables {
		s.add("rules", "table %d %s", t.Family, t.Name)
	}
	chains, _ := c.ListChains()
	for _, ch := range chains {
		s.add("rules", "chain %s/%s %s %s", ch.Table.Name, ch.Name, ch.Type, number(ch.Policy))
		rules, _ := c.GetRules(ch.Table, ch)
		for _, r := range rules {
			line := ""
			for _, e := range r.Exprs {
				line += fmt.Sprintf(" %T%+v", e, e)
			}
			s.add("rules", "rule %s/%s%s", ch.Table.Name, ch.Name, line)
		}
	}
}

func number(p *nftables.ChainPolicy) string {
	if p == nil {
		return "no policy"
	}
	return fmt.Sprint("policy ", *p)
}
