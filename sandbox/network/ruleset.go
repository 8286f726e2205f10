package network

import (
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// Each bridge has one nftables table, of the family inet (IPv4 and IPv6) and
// of the bridge's name. No other table is touched.

// AddTable makes the table.
type AddTable struct {
	place
	Table string
}

func (a AddTable) String() string  { return "NFT_MSG_NEWTABLE inet " + a.Table }
func (a AddTable) Command() string { return a.command("nft", "add", "table", "inet", a.Table) }

// DeleteTable removes the table with all that is in it. One that is gone
// already is no error.
type DeleteTable struct {
	place
	Table string
}

func (d DeleteTable) String() string  { return "NFT_MSG_DELTABLE inet " + d.Table }
func (d DeleteTable) Command() string { return d.command("nft", "delete", "table", "inet", d.Table) }

// AddChain makes a chain that the kernel enters at a hook of the same name.
type AddChain struct {
	place
	Table    string
	Name     string // "postrouting", "forward": the hook as well
	Type     string // "nat", "filter"
	Priority string // "srcnat", "filter"
}

// These are the chains: postrouting gives packets that leave the host the
// host's own address, forward keeps strangers out.
const (
	postrouting = "postrouting"
	forward     = "forward"
)

func (a AddChain) String() string { return "NFT_MSG_NEWCHAIN inet " + a.Table + " " + a.declaration() }

func (a AddChain) Command() string {
	return a.command("nft", "add chain inet "+a.Table+" "+a.declaration())
}

func (a AddChain) declaration() string {
	return a.Name + " { type " + a.Type + " hook " + a.Name + " priority " + a.Priority + "; policy accept; }"
}

// AddRule appends a rule to a chain: when all matches hold, the verdict.
type AddRule struct {
	place
	Table   string
	Chain   string
	Matches []Match
	Verdict Verdict
}

// Verdict is what becomes of a packet.
type Verdict string

// The verdicts of tentpole's rules.
const (
	Masquerade Verdict = "masquerade"
	Drop       Verdict = "drop"
)

// Match is one condition of a rule, as nft(8) writes it.
type Match struct {
	Key   string // a row of matchWords
	Value string // the name of a link, or a subnet
}

// The conditions. Those of connection tracking carry their value in their name.
const (
	fromLink    = "iifname"
	notFromLink = "iifname !="
	toLink      = "oifname"
	notToLink   = "oifname !="
	fromSubnet4 = "ip saddr"
	fromSubnet6 = "ip6 saddr"
	stateNew    = "ct state invalid,new"
	notDNAT     = "ct status and dnat == 0"
)

func (m Match) String() string {
	switch m.Key {
	case stateNew, notDNAT:
		return m.Key
	case fromSubnet4, fromSubnet6:
		return m.Key + " " + m.Value
	}
	return m.Key + ` "` + m.Value + `"`
}

func (a AddRule) rule() string {
	words := []string{}
	for _, m := range a.Matches {
		words = append(words, m.String())
	}
	return strings.Join(append(words, string(a.Verdict)), " ")
}

func (a AddRule) String() string {
	return "NFT_MSG_NEWRULE inet " + a.Table + " " + a.Chain + ": " + a.rule()
}

func (a AddRule) Command() string {
	return "nft " + op.Quote("add rule inet "+a.Table+" "+a.Chain+" "+a.rule())
}

// standing are the chains and rules of a bridge, whatever the uplinks.
func standing(bridge string, subnets ...Match) []Operation {
	ops := []Operation{
		AddTable{Table: bridge},
		AddChain{Table: bridge, Name: postrouting, Type: "nat", Priority: "srcnat"},
		AddChain{Table: bridge, Name: forward, Type: "filter", Priority: "filter"},
		// Whoever routes here, a neighbour on the host's network for one, does
		// not begin a conversation with a sandbox.
		AddRule{Table: bridge, Chain: forward, Verdict: Drop,
			Matches: []Match{{toLink, bridge}, {notFromLink, bridge}, {stateNew, ""}}},
	}
	for _, subnet := range subnets {
		ops = append(ops, AddRule{Table: bridge, Chain: postrouting, Verdict: Masquerade,
			Matches: []Match{subnet, {notToLink, bridge}}})
	}
	return ops
}

// noRouter keeps a host that was none from being a router for the network at
// its uplink, now that packets coming from there are forwarded. What another
// program redirects (DNAT) is left to it.
func noRouter(bridge, uplink string) Operation {
	return AddRule{Table: bridge, Chain: forward, Verdict: Drop,
		Matches: []Match{{fromLink, uplink}, {notToLink, bridge}, {stateNew, ""}, {notDNAT, ""}}}
}
