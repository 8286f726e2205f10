//go:build linux

package applet

import (
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// ipCall is one run of ip.
type ipCall struct {
	*call
	family int // AF_UNSPEC, AF_INET or AF_INET6
	brief  bool
}

// ipObjects are what ip speaks of, each under any beginning of its name, and
// the commands on it. The first is what happens without one.
var ipObjects = []struct {
	name     string
	commands []ipCommand
}{
	{"address", []ipCommand{{"show", (*ipCall).addrShow}, {"list", (*ipCall).addrShow}, {"add", (*ipCall).addrAdd}, {"delete", (*ipCall).addrDelete}, {"flush", (*ipCall).addrFlush}}},
	{"link", []ipCommand{{"show", (*ipCall).linkShow}, {"list", (*ipCall).linkShow}, {"set", (*ipCall).linkSet}, {"add", (*ipCall).linkAdd}, {"delete", (*ipCall).linkDelete}}},
	{"route", []ipCommand{{"show", (*ipCall).routeShow}, {"list", (*ipCall).routeShow}, {"add", (*ipCall).routeAdd}, {"delete", (*ipCall).routeDelete}}},
	{"neighbour", []ipCommand{{"show", (*ipCall).neighShow}, {"list", (*ipCall).neighShow}}},
}

type ipCommand struct {
	name string
	run  func(*ipCall, []string) error
}

// ip prints or changes the interfaces, addresses and routes of this network
// namespace; rtnetlink(7).
func ip(c *call) int {
	i := &ipCall{call: c}
	words := c.args
	for len(words) > 0 && strings.HasPrefix(words[0], "-") {
		switch words[0] {
		case "-4":
			i.family = unix.AF_INET
		case "-6":
			i.family = unix.AF_INET6
		case "-br", "-brief":
			i.brief = true
		case "-c", "-color", "-s", "-o":
		default:
			c.fail(1, "option '%s' is unknown", words[0])
			return c.usage()
		}
		words = words[1:]
	}
	if len(words) == 0 {
		return c.usage()
	}
	for _, object := range ipObjects {
		if strings.HasPrefix(object.name, words[0]) {
			return i.object(object.name, object.commands, words[1:])
		}
	}
	return c.fail(1, "object '%s' is unknown: try addr, link, route or neigh", words[0])
}

func (i *ipCall) object(object string, commands []ipCommand, words []string) int {
	command := commands[0]
	if len(words) > 0 && words[0] != "dev" {
		n := slices.IndexFunc(commands, func(c ipCommand) bool { return strings.HasPrefix(c.name, words[0]) })
		if n < 0 {
			return i.fail(1, "command '%s' is unknown for %s", words[0], object)
		}
		command, words = commands[n], words[1:]
	}
	if err := command.run(i, words); err != nil {
		return i.fail(2, "%s", ipReason(err))
	}
	return 0
}

// ipReason words an error as ip does: the kernel answers a netlink request.
func ipReason(err error) string {
	if text := reason(err); text != err.Error() {
		return "RTNETLINK answers: " + text
	}
	return err.Error()
}

// links are all interfaces, or the named one, by number.
func links(words []string) ([]netlink.Link, error) {
	name, _ := keyed(words, "dev")
	if name == "" && len(words) > 0 && words[0] != "dev" && words[0] != "up" {
		name = words[0]
	}
	if name != "" {
		l, err := linkNamed(name)
		return []netlink.Link{l}, err
	}
	list, err := netlink.LinkList()
	slices.SortFunc(list, func(a, b netlink.Link) int { return a.Attrs().Index - b.Attrs().Index })
	return list, err
}

func linkNamed(name string) (netlink.Link, error) {
	l, err := netlink.LinkByName(name)
	if err != nil {
		return nil, fmt.Errorf("can't find device '%s'", name)
	}
	return l, nil
}

// keyed returns the word after a keyword, and the words without both.
func keyed(words []string, keyword string) (value string, rest []string) {
	if n := slices.Index(words, keyword); n >= 0 && n+1 < len(words) {
		return words[n+1], slices.Concat(words[:n], words[n+2:])
	}
	return "", words
}

func (i *ipCall) linkShow(words []string) error {
	list, err := links(words)
	if err != nil {
		return err
	}
	for _, l := range list {
		i.link(l)
	}
	return nil
}

// linkFlags are the flags that ip prints, in its order; netdevice(7).
var linkFlags = []struct {
	bit  uint32
	name string
}{
	{unix.IFF_LOOPBACK, "LOOPBACK"}, {unix.IFF_BROADCAST, "BROADCAST"}, {unix.IFF_POINTOPOINT, "POINTOPOINT"},
	{unix.IFF_MULTICAST, "MULTICAST"}, {unix.IFF_NOARP, "NOARP"}, {unix.IFF_PROMISC, "PROMISC"},
	{unix.IFF_UP, "UP"}, {unix.IFF_LOWER_UP, "LOWER_UP"},
}

// operStates are the words for what an interface's carrier is like; RFC 2863.
var operStates = map[netlink.LinkOperState]string{
	netlink.OperUnknown: "UNKNOWN", netlink.OperNotPresent: "NOTPRESENT", netlink.OperDown: "DOWN",
	netlink.OperLowerLayerDown: "LOWERLAYERDOWN", netlink.OperTesting: "TESTING", netlink.OperDormant: "DORMANT", netlink.OperUp: "UP",
}

// link prints an interface: one line when brief, otherwise two.
func (i *ipCall) link(l netlink.Link) {
	a := l.Attrs()
	name := i.shown(i.file, a.Name)
	if i.brief {
		fmt.Fprintf(i.out, "%-16s %-14s %s <%s>\n", name+peer(l), operStates[a.OperState], hardware(a), flagsOf(a))
		return
	}
	fmt.Fprintf(i.out, "%d: %s: <%s> mtu %d", a.Index, name+peer(l), flagsOf(a), a.MTU)
	if a.MasterIndex > 0 {
		if m, err := netlink.LinkByIndex(a.MasterIndex); err == nil {
			fmt.Fprintf(i.out, " master %s", i.shown(i.file, m.Attrs().Name))
		}
	}
	fmt.Fprintf(i.out, " state %s", operStates[a.OperState])
	if a.TxQLen > 0 {
		fmt.Fprintf(i.out, " qlen %d", a.TxQLen)
	}
	kind, broadcast := a.EncapType, "ff:ff:ff:ff:ff:ff"
	if kind == "loopback" {
		broadcast = "00:00:00:00:00:00"
	}
	fmt.Fprintf(i.out, "\n    link/%s %s brd %s\n", kind, hardware(a), broadcast)
}

// peer is where the other end of a pair is: an interface here by name, one in
// another namespace by number.
func peer(l netlink.Link) string {
	a := l.Attrs()
	if l.Type() != "veth" || a.ParentIndex == 0 {
		return ""
	}
	if other, err := netlink.LinkByIndex(a.ParentIndex); err == nil && a.NetNsID < 0 {
		return "@" + other.Attrs().Name
	}
	return fmt.Sprintf("@if%d", a.ParentIndex)
}

func flagsOf(a *netlink.LinkAttrs) string {
	var out []string
	for _, f := range linkFlags {
		if a.RawFlags&f.bit != 0 {
			out = append(out, f.name)
		}
	}
	return strings.Join(out, ",")
}

func hardware(a *netlink.LinkAttrs) string {
	if len(a.HardwareAddr) == 0 {
		return "00:00:00:00:00:00"
	}
	return a.HardwareAddr.String()
}

func (i *ipCall) addrShow(words []string) error {
	list, err := links(words)
	if err != nil {
		return err
	}
	for _, l := range list {
		addresses, err := netlink.AddrList(l, i.family)
		if err != nil {
			return err
		}
		if i.brief {
			i.briefAddresses(l, addresses)
			continue
		}
		if i.family != unix.AF_UNSPEC && len(addresses) == 0 {
			continue
		}
		i.link(l)
		for _, a := range addresses {
			i.address(a)
		}
	}
	return nil
}

func (i *ipCall) briefAddresses(l netlink.Link, addresses []netlink.Addr) {
	var texts []string
	for _, a := range addresses {
		texts = append(texts, a.IPNet.String())
	}
	fmt.Fprintf(i.out, "%-16s %-14s %s\n", i.shown(i.file, l.Attrs().Name)+peer(l), operStates[l.Attrs().OperState], strings.Join(texts, " "))
}

// scopes are how far an address reaches; rtnetlink(7).
var scopes = map[int]string{unix.RT_SCOPE_UNIVERSE: "global", unix.RT_SCOPE_SITE: "site", unix.RT_SCOPE_LINK: "link", unix.RT_SCOPE_HOST: "host", unix.RT_SCOPE_NOWHERE: "nowhere"}

func (i *ipCall) address(a netlink.Addr) {
	kind, broadcast := "inet", ""
	if a.IP.To4() == nil {
		kind = "inet6"
	} else if a.Broadcast != nil && !a.Broadcast.Equal(a.IP) {
		broadcast = " brd " + a.Broadcast.String()
	}
	label := ""
	if a.Label != "" {
		label = " " + i.shown(i.file, a.Label)
	}
	fmt.Fprintf(i.out, "    %s %s%s scope %s%s\n", kind, a.IPNet, broadcast, scopes[a.Scope], label)
}

// addressOn reads `ADDRESS dev NAME`.
func addressOn(words []string) (netlink.Link, *netlink.Addr, error) {
	name, rest := keyed(words, "dev")
	_, rest = keyed(rest, "brd")
	if name == "" || len(rest) == 0 {
		return nil, nil, fmt.Errorf("wanted: ADDRESS/BITS dev NAME")
	}
	text := rest[0]
	if text == "local" && len(rest) > 1 {
		text = rest[1]
	}
	if ip := net.ParseIP(text); ip != nil && ip.To4() != nil {
		text += "/32"
	} else if ip != nil {
		text += "/128"
	}
	address, err := netlink.ParseAddr(text)
	if err != nil {
		return nil, nil, fmt.Errorf("bad address '%s'", rest[0])
	}
	l, err := linkNamed(name)
	return l, address, err
}

func (i *ipCall) addrAdd(words []string) error {
	l, address, err := addressOn(words)
	if err != nil {
		return err
	}
	return netlink.AddrAdd(l, address)
}

func (i *ipCall) addrDelete(words []string) error {
	l, address, err := addressOn(words)
	if err != nil {
		return err
	}
	return netlink.AddrDel(l, address)
}

func (i *ipCall) addrFlush(words []string) error {
	if len(words) == 0 {
		return fmt.Errorf("wanted: dev NAME")
	}
	list, err := links(words)
	if err != nil {
		return err
	}
	addresses, err := netlink.AddrList(list[0], i.family)
	for _, a := range addresses {
		if err == nil {
			err = netlink.AddrDel(list[0], &a)
		}
	}
	return err
}
