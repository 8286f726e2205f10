package network

import (
	"context"
	"fmt"
	"net/netip"
	"os"
)

// wireBridge is the bridge's name in the hub's network.
const wireBridge = "br0"

// Wire lays a bridge in the network namespace of one sandbox, the hub, and from
// there a cable to each of the others. Nothing of it lies in the host's network,
// which is refused in any place, so that there is nothing to take back: cables
// and bridge go with the sandboxes. It takes the rights of root.
func Wire(ctx context.Context, hub *os.File, tents ...*os.File) (Wires, error) {
	w := Wires{Hub: host(wired, firstHost), Net: wired}
	for _, ns := range append([]*os.File{hub}, tents...) {
		if err := apart(ns); err != nil {
			return w, err
		}
	}
	s := &scene{}
	err := within(hub, func() (err error) {
		s.host, err = openHandle()
		return err
	})
	if err != nil {
		return w, explain(&Error{Op: "enter", Target: "the hub's network namespace", Err: err})
	}
	defer s.host.Close()
	if err := s.performAll(hubOperations(w.Hub)); err != nil {
		return w, err
	}
	for i, ns := range tents {
		a := host(wired, firstHost+1+byte(i))
		if err := s.wire(ctx, ns, i, a); err != nil {
			return w, err
		}
		w.Tents = append(w.Tents, a)
	}
	return w, nil
}

func hubOperations(a netip.Addr) []Operation {
	return []Operation{
		AddBridge{Name: wireBridge, Mark: wireMark(0x02, a)},
		AddAddress{Link: wireBridge, Address: netip.PrefixFrom(a, wired.Bits())},
		LinkUp{Name: wireBridge},
	}
}

// wire lays the cable to one, and waits until it carries packets.
func (s *scene) wire(ctx context.Context, ns *os.File, n int, a netip.Addr) error {
	tent := &scene{host: s.host}
	if err := tent.enter(ns); err != nil {
		return err
	}
	defer tent.sandbox.Close()
	link := fmt.Sprintf("tent%d", n)
	err := tent.performAll([]Operation{
		AddVeth{Name: link, Bridge: wireBridge, Mark: wireMark(0x06, a), Peer: Interface, PeerHardware: hardware(0x02, a)},
		AddAddress{inside, Interface, netip.PrefixFrom(a, wired.Bits())},
		LinkUp{Name: link}, LinkUp{inside, Interface},
	})
	if err != nil {
		return err
	}
	return tent.carry(ctx, Plan{Bridge: wireBridge}, link)
}

func wireMark(first byte, a netip.Addr) Mark { return Mark{"tentpole", hardware(first, a)} }

func (s *scene) performAll(list []Operation) error {
	for _, o := range list {
		if err := s.perform(o); err != nil {
			return err
		}
	}
	return nil
}
