// Package network connects a sandbox's network namespace to something: to
// nothing (its loopback only), or, as root, to a bridge that all sandboxes of
// this machine share, with addresses, a default route, names and NAT. It also
// publishes ports of a sandbox on the host, as root and as an ordinary user.
//
// A bridge is described before it is touched: Look reads the machine, Plan is
// pure and lists the operations as printable values, and Attach performs those
// very values. Every link, rule and changed setting is written down in the
// state directory first, so that Close, or Sweep after a killed owner, leaves
// the machine as it was.
//
// Do not use it to configure the host's network, nor to move an interface of
// the host into a sandbox. Sandboxes on the bridge trust one another as
// machines on one cable do: they can claim each other's addresses. They reach
// what listens on all of the host's addresses, too. Nobody else begins a
// conversation with them.
//
// Errors are *Error, with what was tried, on what, and what the kernel
// answered; errors.Is finds the errno, and features.ErrNotSupported when this
// machine or this user cannot. A word that cannot be read is a *PortError.
//
// Kernel documentation: network_namespaces(7), veth(4), rtnetlink(7),
// Documentation/networking/bridge.rst, Documentation/networking/ip-sysctl.rst,
// nft(8).
package network

import "strings"

// Kind says what a sandbox's network namespace is connected to.
type Kind string

// The kinds, in the order of how much they connect.
const (
	KindNone   Kind = "none"
	KindBridge Kind = "bridge"
	KindHost   Kind = "host"
)

// Kinds lists what can be asked for.
var Kinds = []struct {
	Kind Kind
	Own  bool // has a network namespace of its own
	Root bool // only root can
	What string
}{
	{KindNone, true, false, "a network namespace of its own, with nothing but its loopback"},
	{KindBridge, true, true, "a network namespace of its own, on a bridge with the other sandboxes, and out through NAT"},
	{KindHost, false, false, "the host's network namespace"},
}

// ParseKind reads a word of Kinds. ok is false for any other.
func ParseKind(word string) (kind Kind, ok bool) {
	for _, k := range Kinds {
		if string(k.Kind) == strings.ToLower(word) {
			return k.Kind, true
		}
	}
	return "", false
}
