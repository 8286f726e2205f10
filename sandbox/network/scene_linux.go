package network

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/google/nftables"
	mdnetlink "github.com/mdlayher/netlink"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// scene is what operations act on: the host's network namespace, which is the
// calling process's, and the sandbox's.
type scene struct {
	host    *netlink.Handle
	sandbox *netlink.Handle // nil when nothing inside is to be changed
	netns   *os.File        // the sandbox's, likewise
}

// kernelPatience bounds the wait for one answer of the kernel's.
const kernelPatience = 2 * time.Second

// openHost opens the host's side. close releases it.
func openHost() (*scene, error) {
	h, err := openHandle()
	if err != nil {
		return nil, &Error{Op: "open", Target: "a netlink socket", Err: err}
	}
	return &scene{host: h}, nil
}

// enter opens the sandbox's side as well. The file stays the caller's.
func (s *scene) enter(netns *os.File) error {
	err := within(netns, func() (err error) {
		s.sandbox, err = openHandle()
		return err
	})
	if err != nil {
		return explain(&Error{Op: "enter", Target: "the sandbox's network namespace", Err: err})
	}
	s.netns = netns
	return nil
}

func (s *scene) close() {
	s.host.Close()
	if s.sandbox != nil {
		s.sandbox.Close()
	}
}

func openHandle() (*netlink.Handle, error) {
	h, err := netlink.NewHandle(unix.NETLINK_ROUTE)
	if err != nil {
		return nil, err
	}
	if err := h.SetSocketTimeout(kernelPatience); err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
}

// at returns the side that an operation acts on.
func (s *scene) at(p place) (*netlink.Handle, error) {
	if p == onHost {
		return s.host, nil
	}
	if s.sandbox == nil {
		return nil, errors.New("not in a sandbox's network namespace")
	}
	return s.sandbox, nil
}

// rules opens the host's nftables; each Flush is one transaction.
func rules() (*nftables.Conn, error) {
	return nftables.New(nftables.WithSockOptions(func(c *mdnetlink.Conn) error {
		return c.SetReadDeadline(time.Now().Add(kernelPatience))
	}))
}

// performer is an operation of this package.
type performer interface {
	Operation
	perform(*scene) error
}

var _ = []performer{AddBridge{}, AddVeth{}, LinkUp{}, DeleteLink{}, AddAddress{}, AddRoute{},
	WriteSysctl{}, RestoreSysctl{}, AddTable{}, DeleteTable{}, AddChain{}, AddRule{}}

// perform asks the kernel, and explains its answer.
func (s *scene) perform(o Operation) error {
	p, ok := o.(performer)
	if !ok {
		return &Error{Op: "perform", Target: o.String(), Err: unix.ENOSYS}
	}
	err := p.perform(s)
	if err == nil {
		return nil
	}
	return explain(&Error{Op: o.String(), Err: err})
}

// refusals are answers that mean: not on this machine, or not by this user.
var refusals = []struct {
	errno   error
	feature string
	remedy  string
}{
	{unix.EPERM, "a bridge on the host",
		"it takes CAP_NET_ADMIN: run as root, or give the sandbox a network of its own (--network none) and publish its ports (-p)"},
	{unix.EOPNOTSUPP, "a bridge, a cable or NAT", modules},
	{unix.EPROTONOSUPPORT, "nftables", modules},
	{unix.EROFS, "a change of the kernel's network settings",
		"/proc/sys is read-only, as in a container: run tentpole outside of it"},
}

const modules = "the kernel lacks a module: as root, modprobe -a bridge veth nf_tables nft_ct nft_masq nft_chain_nat, or use a kernel that has them"

func explain(e *Error) error {
	for _, r := range refusals {
		if errors.Is(e.Err, r.errno) {
			return &features.NotSupportedError{Feature: r.feature, Cause: e, Remedy: r.remedy}
		}
	}
	if errors.Is(e.Err, os.ErrDeadlineExceeded) {
		e.Err = fmt.Errorf("no answer within %v: %w", kernelPatience, e.Err)
	}
	return e
}
