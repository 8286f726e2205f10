//go:build linux

package applet

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/vishvananda/netlink"
)

// linkSetting changes one thing of an interface; the value is the word after
// the keyword.
type linkSetting func(l netlink.Link, value string) error

// linkSettings are the keywords of `ip link set` that take a value.
var linkSettings = map[string]linkSetting{
	"mtu": func(l netlink.Link, value string) error {
		n, err := strconv.Atoi(value)
		if err != nil {
			return fmt.Errorf("bad number '%s'", value)
		}
		return netlink.LinkSetMTU(l, n)
	},
	"name": netlink.LinkSetName,
	"address": func(l netlink.Link, value string) error {
		mac, err := net.ParseMAC(value)
		if err != nil {
			return fmt.Errorf("bad address '%s'", value)
		}
		return netlink.LinkSetHardwareAddr(l, mac)
	},
	"master": func(l netlink.Link, value string) error {
		master, err := linkNamed(value)
		if err != nil {
			return err
		}
		return netlink.LinkSetMaster(l, master)
	},
	"netns": setNamespace,
}

// linkSwitches are the keywords without one.
var linkSwitches = map[string]func(netlink.Link) error{
	"up": netlink.LinkSetUp, "down": netlink.LinkSetDown, "nomaster": netlink.LinkSetNoMaster,
}

// setNamespace moves an interface to the network namespace of a process, or to
// one that has a name below /run/netns.
func setNamespace(l netlink.Link, value string) error {
	if pid, err := strconv.Atoi(value); err == nil {
		return netlink.LinkSetNsPid(l, pid)
	}
	f, err := os.Open(filepath.Join("/run/netns", filepath.Base(value)))
	if err != nil {
		return fmt.Errorf("no namespace '%s'", value)
	}
	defer f.Close()
	return netlink.LinkSetNsFd(l, int(f.Fd()))
}

func (i *ipCall) linkSet(words []string) error {
	name, words := keyed(words, "dev")
	if name == "" {
		if len(words) == 0 {
			return fmt.Errorf("wanted: NAME up|down|mtu N|name NEW|address MAC|master NAME|nomaster|netns PID")
		}
		name, words = words[0], words[1:]
	}
	l, err := linkNamed(name)
	if err != nil {
		return err
	}
	for len(words) > 0 {
		keyword := words[0]
		words = words[1:]
		if change, ok := linkSwitches[keyword]; ok {
			err = change(l)
		} else if change, ok := linkSettings[keyword]; ok && len(words) > 0 {
			err = change(l, words[0])
			words = words[1:]
		} else {
			err = fmt.Errorf("'%s' is unknown, or wants a value", keyword)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// linkAdd makes `NAME type KIND`, and `NAME type veth peer name OTHER`.
func (i *ipCall) linkAdd(words []string) error {
	kind, words := keyed(words, "type")
	other, words := keyed(words, "name")
	name, words := keyed(words, "dev")
	if name == "" && len(words) > 0 {
		name = words[0]
	}
	if name == "" || kind == "" {
		return fmt.Errorf("wanted: NAME type veth|bridge|dummy")
	}
	attrs := netlink.NewLinkAttrs()
	attrs.Name = name
	switch kind {
	case "veth":
		return netlink.LinkAdd(&netlink.Veth{LinkAttrs: attrs, PeerName: other})
	case "bridge":
		return netlink.LinkAdd(&netlink.Bridge{LinkAttrs: attrs})
	case "dummy":
		return netlink.LinkAdd(&netlink.Dummy{LinkAttrs: attrs})
	}
	return fmt.Errorf("unknown kind '%s': veth, bridge or dummy", kind)
}

func (i *ipCall) linkDelete(words []string) error {
	name, words := keyed(words, "dev")
	if name == "" && len(words) > 0 {
		name = words[0]
	}
	l, err := linkNamed(name)
	if err != nil {
		return err
	}
	return netlink.LinkDel(l)
}
