package probe

import (
	"bytes"
	"errors"
	"os"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// The acts on a network namespace of the thread's own. None of them is ever
// tried in the namespace of the process.

// net tries network_namespaces(7): the own loopback carries a datagram.
func net(string) (string, error) {
	if err := loopbackUp(); err != nil {
		return "", err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", refused("socket", err)
	}
	defer unix.Close(fd)
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return "", refused("bind to 127.0.0.1", err)
	}
	here, err := unix.Getsockname(fd)
	if err != nil {
		return "", refused("getsockname", err)
	}
	sent, got := []byte("tent"), make([]byte, 16)
	if err := unix.Sendto(fd, sent, 0, here); err != nil {
		return "", refused("send to 127.0.0.1", err)
	}
	n, _, err := unix.Recvfrom(fd, got, unix.MSG_DONTWAIT) // the loopback delivers at once
	if err != nil || !bytes.Equal(got[:n], sent) {
		return "", withoutEffect("send to 127.0.0.1")
	}
	return "", nil
}

// loopbackUp switches the loopback interface on; netdevice(7).
func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return refused("socket", err)
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return refused("name lo", err)
	}
	lo.SetUint16(unix.IFF_UP)
	return refused("ip link set lo up", unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo))
}

// veth tries a cable with two ends; veth(4).
func veth(string) (string, error) {
	cable := &netlink.Veth{LinkAttrs: attributes("one"), PeerName: "other"}
	return "", link("ip link add one type veth peer other", cable, "one", "other")
}

// bridge tries Documentation/networking/bridge.rst, with a cable in it.
func bridge(string) (string, error) {
	if err := link("ip link add middle type bridge", &netlink.Bridge{LinkAttrs: attributes("middle")}, "middle"); err != nil {
		return "", err
	}
	if _, err := veth(""); err != nil {
		return "", err
	}
	middle, err := netlink.LinkByName("middle")
	if err == nil {
		err = netlink.LinkSetMaster(&netlink.Veth{LinkAttrs: attributes("one")}, middle)
	}
	return "", refused("ip link set one master middle", innermost(err))
}

// attributes are a new set for a link of that name.
func attributes(name string) netlink.LinkAttrs {
	a := netlink.NewLinkAttrs()
	a.Name = name
	return a
}

// link adds one and looks whether it is there.
func link(did string, l netlink.Link, names ...string) error {
	if err := netlink.LinkAdd(l); err != nil {
		return refused(did, innermost(err))
	}
	for _, name := range names {
		if _, err := netlink.LinkByName(name); err != nil {
			return withoutEffect(did)
		}
	}
	return nil
}

// nat tries a rule that hides addresses behind another; nft(8).
func nat(string) (string, error) {
	c, err := nftables.New()
	if err != nil {
		return "", refused("open nftables", innermost(err))
	}
	t := c.AddTable(&nftables.Table{Name: "tentpole-probe", Family: nftables.TableFamilyINet})
	chain := c.AddChain(&nftables.Chain{Table: t, Name: "postrouting", Type: nftables.ChainTypeNAT,
		Hooknum: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource})
	c.AddRule(&nftables.Rule{Table: t, Chain: chain, Exprs: []expr.Any{
		&expr.Ct{Key: expr.CtKeySTATE, Register: 1},
		&expr.Masq{},
	}})
	const did = "nft add rule inet tentpole-probe postrouting ct state … masquerade"
	if err := c.Flush(); err != nil {
		return "", refused(did, innermost(err))
	}
	if rules, err := c.GetRules(t, chain); err != nil || len(rules) != 1 {
		return "", withoutEffect(did)
	}
	return "", nil
}

// ping tries the kind of socket that needs no rights to send an echo request;
// icmp(7), ping_group_range. A new network namespace has it for nobody, so it
// is given to the own group there first.
func ping(string) (string, error) {
	if !differs("net") {
		return "", withoutEffect("unshare(CLONE_NEWNET)") // never the host's setting
	}
	const setting = "/proc/sys/net/ipv4/ping_group_range"
	if err := os.WriteFile(setting, []byte("0 0"), 0); err != nil {
		return "", refused("write "+setting, innermost(err))
	}
	if err := loopbackUp(); err != nil {
		return "", err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.IPPROTO_ICMP)
	if err != nil {
		return "", refused("socket for ICMP", err)
	}
	defer unix.Close(fd)
	request := []byte{8, 0, 0, 0, 0, 0, 0, 1} // RFC 792; the kernel fills in checksum and identifier
	if err := unix.Sendto(fd, request, 0, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return "", refused("ping 127.0.0.1", err)
	}
	answer := make([]byte, 64)
	if n, _, err := unix.Recvfrom(fd, answer, unix.MSG_DONTWAIT); errors.Is(err, unix.EAGAIN) || n < 1 || answer[0] != 0 {
		return "", withoutEffect("ping 127.0.0.1")
	}
	return "", nil
}
