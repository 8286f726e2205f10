package network

import (
	"net/netip"
	"os"
)

// Bridge is the switch that the sandboxes of this machine share: made when the
// first one comes, gone with the last.
type Bridge struct {
	// StateDir is a directory of tentpole's own where the bridge is recorded.
	// Whoever uses the same one shares the bridge. It is made when missing.
	StateDir string
	// Alive tells whether the owner of a tag still runs. What a dead one has
	// left is removed on the way.
	Alive func(owner string) bool
}

// Request is a sandbox that wants onto the bridge.
type Request struct {
	// Owner is a tag, NAME@PID.START.BOOT: unique for ever.
	Owner string
	// NetNS is the sandbox's network namespace; OpenNamespace opens it. It stays
	// the caller's, who may close it once Attach has returned.
	NetNS *os.File
	// Hostname is written beside the addresses into Attachment.Hosts.
	Hostname string
	// Around, when it is not nil, is called for each operation and has to call
	// perform, once, from the same goroutine: to take the time, to write a
	// transcript. Its error counts as the operation's.
	Around func(o Operation, perform func() error) error
}

// Attachment is a sandbox's place on the bridge. Close gives it back.
type Attachment struct {
	Owner     string
	Bridge    string    // the bridge's name on the host
	Link      string    // the host's end of the cable
	Interface string    // the sandbox's end, inside
	Address   Addresses // of the sandbox
	Names     Resolver  // its resolv.conf
	Hosts     string    // its /etc/hosts
	Notes     []string  // sentences: what will not work, with what a person can do

	bridge Bridge
}

// Addrs lists the sandbox's own addresses, for Publish.
func (a *Attachment) Addrs() []netip.Addr {
	return []netip.Addr{a.Address.IPv4.Addr(), a.Address.IPv6.Addr()}
}

// Swept says what was removed.
type Swept struct {
	Links    []string `json:"links"`    // cables and bridges
	Tables   []string `json:"tables"`   // of nftables
	Settings []string `json:"settings"` // put back as they were
}

// note writes an operation down that has removed something.
func (s *Swept) note(o Operation) {
	switch o := o.(type) {
	case DeleteLink:
		s.Links = append(s.Links, o.Name)
	case DeleteTable:
		s.Tables = append(s.Tables, o.Table)
	case RestoreSysctl:
		s.Settings = append(s.Settings, o.Key)
	}
}
