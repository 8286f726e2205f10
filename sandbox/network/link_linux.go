package network

import (
	"errors"
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

func (a AddBridge) perform(s *scene) error {
	attrs, err := a.attributes(a.Name)
	if err != nil {
		return err
	}
	return addLink(s.host, &netlink.Bridge{LinkAttrs: attrs}, a.Alias)
}

func (a AddVeth) perform(s *scene) error {
	master, err := s.host.LinkByName(a.Bridge)
	if err != nil {
		return err
	}
	attrs, err := a.attributes(a.Name)
	if err != nil {
		return err
	}
	attrs.MasterIndex = master.Attrs().Index
	hardware, err := net.ParseMAC(a.PeerHardware)
	if err != nil {
		return err
	}
	// The other end is born inside: its name is never seen on the host.
	veth := &netlink.Veth{LinkAttrs: attrs, PeerName: a.Peer, PeerHardwareAddr: hardware, PeerNamespace: netlink.NsFd(s.netns.Fd())}
	return addLink(s.host, veth, a.Alias)
}

func (m Mark) attributes(name string) (netlink.LinkAttrs, error) {
	attrs := netlink.NewLinkAttrs()
	attrs.Name = name
	var err error
	attrs.HardwareAddr, err = net.ParseMAC(m.Hardware)
	return attrs, err
}

// on tells whether a link bears the mark.
func (m Mark) on(a *netlink.LinkAttrs) bool {
	return a.Alias == m.Alias || a.Alias == "" && m.Hardware != "" && a.HardwareAddr.String() == m.Hardware
}

// errGone is the answer of an operation that takes away what is not there: no
// failure, and nothing to report.
var errGone = errors.New("gone already")

// addLink makes a link and says whose it is. An alias cannot be given at birth
// (the kernel takes IFLA_IFALIAS only of a link that is there), so a link that
// cannot be marked is taken away again.
func addLink(h *netlink.Handle, link netlink.Link, alias string) error {
	if err := h.LinkAdd(link); err != nil {
		return err
	}
	if err := h.LinkSetAlias(link, alias); err != nil {
		return errors.Join(err, h.LinkDel(link))
	}
	return nil
}

func (l LinkUp) perform(s *scene) error {
	h, link, err := l.find(s, l.Name)
	if err != nil {
		return err
	}
	return h.LinkSetUp(link)
}

// find looks a link up where the operation acts.
func (p place) find(s *scene, name string) (*netlink.Handle, netlink.Link, error) {
	h, err := s.at(p)
	if err != nil {
		return nil, nil, err
	}
	link, err := h.LinkByName(name)
	return h, link, err
}

func (d DeleteLink) perform(s *scene) error {
	link, err := s.host.LinkByName(d.Name)
	if err == nil && !d.on(link.Attrs()) {
		return errGone
	}
	if err == nil {
		err = s.host.LinkDel(link)
	}
	if notFound(err) {
		return errGone
	}
	return err
}

// notFound recognises a link that is gone, whoever says so: a sandbox that
// ends takes its cable along.
func notFound(err error) bool {
	var none netlink.LinkNotFoundError
	return errors.As(err, &none) || errors.Is(err, unix.ENODEV)
}

func (a AddAddress) perform(s *scene) error {
	h, link, err := a.find(s, a.Link)
	if err != nil {
		return err
	}
	address := &netlink.Addr{IPNet: ipNet(a.Address)}
	if a.Address.Addr().Is6() {
		address.Flags = unix.IFA_F_NODAD
	}
	return h.AddrAdd(link, address)
}

func (a AddRoute) perform(s *scene) error {
	h, link, err := a.find(s, a.Link)
	if err != nil {
		return err
	}
	return h.RouteAdd(&netlink.Route{LinkIndex: link.Attrs().Index, Gw: a.Via.AsSlice()})
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}
