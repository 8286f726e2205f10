package network

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"

	"github.com/google/nftables"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// look reads the host's network. Standing is given: what the state directory
// says. What only root may read (nftables) is left empty for others.
func look(h *netlink.Handle, standing Standing) (Machine, error) {
	m := Machine{Standing: standing, Sysctls: map[string]string{}}
	links, err := steady(h.LinkList)
	if err != nil {
		return m, &Error{Op: "list", Target: "the host's links", Err: err}
	}
	names := map[int]string{}
	for _, l := range links {
		a := l.Attrs()
		names[a.Index] = a.Name
		m.Links = append(m.Links, a.Name)
		m.Stands = m.Stands || a.Name == standing.Bridge && a.Alias == standing.Alias
	}
	if err := m.lookAtAddresses(h, names); err != nil {
		return m, err
	}
	m.lookAtSysctls()
	m.Names = ReadResolver(os.DirFS("/"), m.wayOut(ipv6))
	for _, a := range m.Names.Servers {
		m.Taken = append(m.Taken, netip.PrefixFrom(a, a.BitLen()))
	}
	return m, m.lookAtRules()
}

// lookAtAddresses reads what is taken, and the ways out.
func (m *Machine) lookAtAddresses(h *netlink.Handle, names map[int]string) error {
	addresses, err := steady(func() ([]netlink.Addr, error) { return h.AddrList(nil, netlink.FAMILY_ALL) })
	if err != nil {
		return &Error{Op: "list", Target: "the host's addresses", Err: err}
	}
	for _, a := range addresses {
		m.take(a.IPNet)
	}
	everyTable := &netlink.Route{Table: unix.RT_TABLE_UNSPEC}
	for _, family := range []int{netlink.FAMILY_V4, netlink.FAMILY_V6} {
		routes, err := steady(func() ([]netlink.Route, error) {
			return h.RouteListFiltered(family, everyTable, netlink.RT_FILTER_TABLE)
		})
		if err != nil {
			return &Error{Op: "list", Target: "the host's routes", Err: err}
		}
		for _, r := range routes {
			m.lookAtRoute(r, names)
		}
	}
	return nil
}

func (m *Machine) take(n *net.IPNet) {
	a, ok := netip.AddrFromSlice(n.IP)
	if ones, bits := n.Mask.Size(); ok && bits > 0 {
		m.Taken = append(m.Taken, netip.PrefixFrom(a.Unmap(), ones))
	}
}

func (m *Machine) lookAtRoute(r netlink.Route, names map[int]string) {
	if r.Dst != nil {
		m.take(r.Dst)
	}
	if gateway, ok := netip.AddrFromSlice(r.Gw); ok {
		gateway = gateway.Unmap()
		m.Taken = append(m.Taken, netip.PrefixFrom(gateway, gateway.BitLen()))
	}
	if !isDefault(r) {
		return
	}
	for _, index := range outgoing(r) {
		u := Uplink{Name: names[index], Family: families4and6[r.Family]}
		if u.Name != "" && u.Name != "lo" && !slices.Contains(m.Uplinks, u) {
			m.Uplinks = append(m.Uplinks, u)
		}
	}
}

var families4and6 = map[int]family{netlink.FAMILY_V4: ipv4, netlink.FAMILY_V6: ipv6}

// isDefault recognises a default route that leads somewhere, of any table: VPNs
// have tables of their own.
func isDefault(r netlink.Route) bool {
	if r.Type != unix.RTN_UNICAST || r.Dst == nil {
		return r.Type == unix.RTN_UNICAST
	}
	ones, _ := r.Dst.Mask.Size()
	return ones == 0
}

// outgoing lists the links of a route, which may have several.
func outgoing(r netlink.Route) []int {
	if len(r.MultiPath) == 0 {
		return []int{r.LinkIndex}
	}
	var links []int
	for _, hop := range r.MultiPath {
		links = append(links, hop.LinkIndex)
	}
	return links
}

// lookAtSysctls reads the settings that a plan decides by.
func (m *Machine) lookAtSysctls() {
	links := []string{"all", "default"}
	for _, u := range m.Uplinks {
		links = append(links, u.Name)
	}
	if m.Stands {
		links = append(links, m.Standing.Bridge)
	}
	keys := []string{ipv6.setting("default", "disable_ipv6"), ipv6.setting("all", "forwarding"),
		Filter{Family: "ip"}.bridged(), Filter{Family: "ip6"}.bridged()}
	for _, l := range links {
		keys = append(keys, ipv4.forwarding(l), ipv6.forwarding(l))
	}
	for _, key := range keys {
		if value, err := readSysctl(key); err == nil {
			m.Sysctls[key] = value
		}
	}
	m.IPv6 = m.Sysctls[ipv6.setting("default", "disable_ipv6")] == "0"
}

// lookAtRules reads the tables, and what other programs filter.
func (m *Machine) lookAtRules() error {
	c, err := rules()
	if err != nil {
		return explain(&Error{Op: "open", Target: "nftables", Err: err})
	}
	tables, err := c.ListTablesOfFamily(nftables.TableFamilyINet)
	if errors.Is(err, unix.EPERM) {
		return nil
	}
	if err != nil {
		return explain(&Error{Op: "list", Target: "nftables tables", Err: err})
	}
	m.Allowed = true
	for _, t := range tables {
		m.Tables = append(m.Tables, t.Name)
	}
	if m.Filters, err = filters(c); err != nil {
		return explain(&Error{Op: "list", Target: "nftables chains", Err: err})
	}
	return nil
}

// steady reads a list again that changed while it was read.
func steady[T any](read func() ([]T, error)) (list []T, err error) {
	const tries = 10
	for range tries {
		if list, err = read(); !errors.Is(err, netlink.ErrDumpInterrupted) {
			return list, err
		}
	}
	return list, err
}
