package experiment

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// campground is two sandboxes like the trial's, each with a network of its own,
// that a bridge joins. The bridge lies in the network of a third: the host's is
// not touched.
type campground struct {
	tents [2]Subject
	hub   Subject
	network.Wires
}

// camp makes the campground, and ends it with the trial.
func (t *Trial) camp(ctx context.Context) (c campground, err error) {
	if t.Result.Subject.Rootless {
		return c, cannot("a cable between two sandboxes is root's to lay: each has a user namespace of its own")
	}
	c.hub, err = t.another(ctx, func(s *sandbox.Spec) { *s = sandbox.Spec{Layers: sandbox.Set(sandbox.Net)} })
	if err != nil {
		return c, err
	}
	list := []Subject{c.hub}
	for i := range c.tents {
		if c.tents[i], err = t.another(ctx, ownNetwork); err != nil {
			return c, err
		}
		list = append(list, c.tents[i])
	}
	c.Wires, err = wire(ctx, list)
	return c, err
}

// wire lays the cables from the first to the others.
func wire(ctx context.Context, list []Subject) (network.Wires, error) {
	var networks []*os.File
	for _, s := range list {
		known, ok := s.(interface{ InitPID() int })
		if !ok {
			return network.Wires{}, cannot("the network of a %s cannot be had by a process's number", s.Describe().Kind)
		}
		ns, err := network.OpenNamespace(known.InitPID())
		if err != nil {
			return network.Wires{}, err
		}
		defer ns.Close()
		networks = append(networks, ns)
	}
	w, err := network.Wire(ctx, networks[0], networks[1:]...)
	if errors.Is(err, sandbox.ErrNotSupported) {
		return w, cannot("%v", err)
	}
	return w, err
}

// broadcastOf is the address of all in an IPv4 network.
func broadcastOf(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().As4()
	for i := p.Bits(); i < 32; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	return netip.AddrFrom4(b)
}

// discard is the port of a service that throws away what it gets; RFC 863.
// Nobody has to be there: the words are for who listens on the way.
func discard(a netip.Addr) string { return fmt.Sprintf("%s:9", a) }
