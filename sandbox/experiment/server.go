package experiment

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"syscall"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// server is one that runs inside and has a page that nobody else has.
type server struct {
	inside.Serving
	page string
	// own are the sandbox's addresses on a bridge, if it is on one.
	own []netip.Addr
}

// serve starts a server in a subject, on the first of the ports that is free.
// It ends with the trial.
func (t *Trial) serve(ctx context.Context, in Subject, ports ...uint16) (server, error) {
	s := server{page: "tentpole " + rand.Text(), own: ownAddresses(in)}
	talk, err := t.talkIn(ctx, in, "serve", inside.Serve{Ports: ports, Shared: hosts("net"), Page: s.page})
	if err != nil {
		return s, err
	}
	if err := talk.Hear(ctx, &s.Serving); err != nil {
		return s, err
	}
	if !slices.Contains(ports, s.Port) && s.Port < firstFree && s.Refused == nil {
		return s, fmt.Errorf("it listens on port %d, which it was not asked to", s.Port)
	}
	return s, nil
}

// firstFree is where the ports begin that the kernel may choose when any will do:
// not those of the host's services. What the inside says is connected to.
const firstFree = 1024

// ownAddresses are a subject's on tentpole's bridge, or on a network of the
// engine's that keeps it.
func ownAddresses(s Subject) []netip.Addr {
	if on, ok := s.(interface{ Addresses() []netip.Addr }); ok {
		return on.Addresses()
	}
	a := attachment(s)
	if a == nil {
		return nil
	}
	return slices.DeleteFunc(a.Addrs(), func(a netip.Addr) bool { return !a.IsValid() })
}

// attachment is a subject's place on tentpole's bridge, nil without one.
func attachment(s Subject) *network.Attachment {
	if on, ok := s.(interface{ Attachment() *network.Attachment }); ok {
		return on.Attachment()
	}
	return nil
}

func (s server) listens() string {
	if s.Shared {
		return "listens on 127.0.0.1"
	}
	return "listens on all addresses"
}

// at is where the server is looked for: its port at the address.
func (s server) at(a netip.Addr) string { return netip.AddrPortFrom(a, s.Port).String() }

// answers tells whether the page comes to the host from the address.
func (s server) answers(ctx context.Context, a netip.Addr) (bool, string) {
	err := inside.FetchPage(ctx, s.at(a), s.page)
	return err == nil, came(s.at(a), err)
}

// answersIn tells whether the page comes to a process in the subject from each
// of the addresses.
func (s server) answersIn(ctx context.Context, from Subject, list ...netip.Addr) (reached []bool, words []string, err error) {
	given := inside.Fetch{Page: s.page}
	for _, a := range list {
		given.Addresses = append(given.Addresses, s.at(a))
	}
	var said inside.Fetched
	if err := askIn(ctx, from, "fetch", given, &said); err != nil {
		return nil, nil, err
	}
	if len(said.Reached) != len(list) || len(said.Errors) != len(list) {
		return nil, nil, fmt.Errorf("%d addresses, %d answers", len(list), len(said.Reached))
	}
	for i, address := range given.Addresses {
		words = append(words, came(address, asError(said.Errors[i])))
	}
	return said.Reached, words, nil
}

// came says what came from an address: the page, or what the kernel answered.
func came(address string, err error) string {
	var errno syscall.Errno
	switch {
	case err == nil:
		return address + ": the page"
	case errors.As(err, &errno):
		return address + ": " + errno.Error()
	}
	return address + ": " + err.Error()
}

// asError is what an act was answered, as an error; nil for nil.
func asError(e *inside.Error) error {
	switch {
	case e == nil:
		return nil
	case e.Errno != 0:
		return syscall.Errno(e.Errno)
	}
	return errors.New(e.Text)
}

var loopback4, loopback6 = netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()
