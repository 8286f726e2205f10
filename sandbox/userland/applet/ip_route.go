//go:build linux

package applet

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

func (i *ipCall) routeShow(words []string) error {
	var on netlink.Link
	if name, _ := keyed(words, "dev"); name != "" {
		var err error
		if on, err = linkNamed(name); err != nil {
			return err
		}
	}
	family := i.family
	if family == unix.AF_UNSPEC {
		family = unix.AF_INET
	}
	routes, err := netlink.RouteList(on, family)
	if err != nil {
		return err
	}
	for _, r := range routes {
		if r.Table == unix.RT_TABLE_MAIN {
			fmt.Fprintln(i.out, i.shown(i.file, routeText(r)))
		}
	}
	return nil
}

// protocols are who made a route; rtnetlink(7).
var protocols = map[netlink.RouteProtocol]string{unix.RTPROT_KERNEL: "kernel", unix.RTPROT_BOOT: "boot", unix.RTPROT_STATIC: "static", unix.RTPROT_DHCP: "dhcp", unix.RTPROT_RA: "ra"}

func routeText(r netlink.Route) string {
	words := []string{"default"}
	if r.Dst != nil {
		if ones, _ := r.Dst.Mask.Size(); ones > 0 {
			words[0] = r.Dst.String()
		}
	}
	if r.Gw != nil {
		words = append(words, "via", r.Gw.String())
	}
	if l, err := netlink.LinkByIndex(r.LinkIndex); err == nil {
		words = append(words, "dev", l.Attrs().Name)
	}
	if p, ok := protocols[r.Protocol]; ok && p != "boot" {
		words = append(words, "proto", p)
	}
	if s := scopes[int(r.Scope)]; s != "global" && s != "" {
		words = append(words, "scope", s)
	}
	if r.Src != nil {
		words = append(words, "src", r.Src.String())
	}
	if r.Priority != 0 {
		words = append(words, "metric", strconv.Itoa(r.Priority))
	}
	return strings.Join(words, " ")
}

// route reads `NETWORK|default [via GATEWAY] [dev NAME]`.
func route(words []string) (*netlink.Route, error) {
	via, words := keyed(words, "via")
	name, words := keyed(words, "dev")
	src, words := keyed(words, "src")
	if len(words) != 1 {
		return nil, fmt.Errorf("wanted: NETWORK|default [via ADDRESS] [dev NAME]")
	}
	dst, err := netlink.ParseIPNet(widened(words[0], via))
	if err != nil {
		return nil, fmt.Errorf("bad network '%s'", words[0])
	}
	r := &netlink.Route{Dst: dst}
	if via != "" {
		if r.Gw = net.ParseIP(via); r.Gw == nil {
			return nil, fmt.Errorf("bad address '%s'", via)
		}
	} else {
		r.Scope = unix.RT_SCOPE_LINK
	}
	r.Src = net.ParseIP(src)
	if name != "" {
		l, err := linkNamed(name)
		if err != nil {
			return nil, err
		}
		r.LinkIndex = l.Attrs().Index
	}
	return r, nil
}

// widened makes a network of a single address, and of the word default.
func widened(text, via string) string {
	switch {
	case text == "default" && strings.Contains(via, ":"):
		return "::/0"
	case text == "default":
		return "0.0.0.0/0"
	case strings.Contains(text, "/"):
		return text
	case strings.Contains(text, ":"):
		return text + "/128"
	}
	return text + "/32"
}

func (i *ipCall) routeAdd(words []string) error {
	r, err := route(words)
	if err != nil {
		return err
	}
	return netlink.RouteAdd(r)
}

func (i *ipCall) routeDelete(words []string) error {
	r, err := route(words)
	if err != nil {
		return err
	}
	if r.Gw == nil {
		r.Scope = unix.RT_SCOPE_NOWHERE // any
	}
	return netlink.RouteDel(r)
}

// neighStates are how much the kernel believes a neighbour; arp(7).
var neighStates = map[int]string{netlink.NUD_INCOMPLETE: "INCOMPLETE", netlink.NUD_REACHABLE: "REACHABLE", netlink.NUD_STALE: "STALE", netlink.NUD_DELAY: "DELAY", netlink.NUD_PROBE: "PROBE", netlink.NUD_FAILED: "FAILED", netlink.NUD_NOARP: "NOARP", netlink.NUD_PERMANENT: "PERMANENT"}

func (i *ipCall) neighShow([]string) error {
	list, err := netlink.NeighList(0, i.family)
	if err != nil {
		return err
	}
	for _, n := range list {
		if n.State == netlink.NUD_NOARP {
			continue
		}
		name := fmt.Sprintf("if%d", n.LinkIndex)
		if l, err := netlink.LinkByIndex(n.LinkIndex); err == nil {
			name = l.Attrs().Name
		}
		text := fmt.Sprintf("%s dev %s", n.IP, name)
		if len(n.HardwareAddr) > 0 {
			text += " lladdr " + n.HardwareAddr.String()
		}
		fmt.Fprintln(i.out, i.shown(i.file, text+" "+neighStates[n.State]))
	}
	return nil
}
