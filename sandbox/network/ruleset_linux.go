package network

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

func table(name string) *nftables.Table {
	return &nftables.Table{Name: name, Family: nftables.TableFamilyINet}
}

// transact sends one transaction: all of it is done, or nothing.
func transact(ask func(*nftables.Conn)) error {
	c, err := rules()
	if err != nil {
		return err
	}
	ask(c)
	return c.Flush()
}

func (a AddTable) perform(*scene) error {
	return transact(func(c *nftables.Conn) { c.CreateTable(table(a.Table)) })
}

func (d DeleteTable) perform(*scene) error {
	err := transact(func(c *nftables.Conn) { c.DelTable(table(d.Table)) })
	if errors.Is(err, unix.ENOENT) {
		return errGone
	}
	return err
}

// hooks and priorities, by the names that nft(8) gives them.
var (
	hooks = map[string]*nftables.ChainHook{
		postrouting: nftables.ChainHookPostrouting,
		forward:     nftables.ChainHookForward,
	}
	priorities = map[string]*nftables.ChainPriority{
		"srcnat": nftables.ChainPriorityNATSource,
		"filter": nftables.ChainPriorityFilter,
	}
)

func (a AddChain) perform(*scene) error {
	accept := nftables.ChainPolicyAccept
	return transact(func(c *nftables.Conn) {
		c.AddChain(&nftables.Chain{Table: table(a.Table), Name: a.Name, Type: nftables.ChainType(a.Type),
			Hooknum: hooks[a.Name], Priority: priorities[a.Priority], Policy: &accept})
	})
}

func (a AddRule) perform(*scene) error {
	var exprs []expr.Any
	for _, m := range a.Matches {
		e, err := m.expressions()
		if err != nil {
			return err
		}
		exprs = append(exprs, e...)
	}
	exprs = append(exprs, verdicts[a.Verdict])
	t := table(a.Table)
	return transact(func(c *nftables.Conn) {
		c.AddRule(&nftables.Rule{Table: t, Chain: &nftables.Chain{Name: a.Chain, Table: t}, Exprs: exprs})
	})
}

var verdicts = map[Verdict]expr.Any{
	Masquerade: &expr.Masq{},
	Drop:       &expr.Verdict{Kind: expr.VerdictDrop},
}

// matches are what the conditions come to, as `nft --debug=netlink` shows them.
var matches = map[string]func(value string) ([]expr.Any, error){
	fromLink:    link(expr.MetaKeyIIFNAME, expr.CmpOpEq),
	notFromLink: link(expr.MetaKeyIIFNAME, expr.CmpOpNeq),
	toLink:      link(expr.MetaKeyOIFNAME, expr.CmpOpEq),
	notToLink:   link(expr.MetaKeyOIFNAME, expr.CmpOpNeq),
	fromSubnet4: source(unix.NFPROTO_IPV4, 12), // RFC 791: the source's place in the header
	fromSubnet6: source(unix.NFPROTO_IPV6, 8),  // RFC 8200
	stateNew:    bits(expr.CtKeySTATE, expr.CtStateBitINVALID|expr.CtStateBitNEW, expr.CmpOpNeq),
	notDNAT:     bits(expr.CtKeySTATUS, statusDNAT, expr.CmpOpEq),
}

// statusDNAT is IPS_DST_NAT, nf_conntrack_common.h.
const statusDNAT = 1 << 5

func (m Match) expressions() ([]expr.Any, error) {
	build, ok := matches[m.Key]
	if !ok {
		return nil, fmt.Errorf("match %s: %w", m, unix.ENOSYS)
	}
	return build(m.Value)
}

// link compares the name of the link that a packet comes from or goes to.
func link(key expr.MetaKey, is expr.CmpOp) func(string) ([]expr.Any, error) {
	return func(name string) ([]expr.Any, error) {
		if len(name) >= unix.IFNAMSIZ {
			return nil, unix.ENAMETOOLONG
		}
		padded := make([]byte, unix.IFNAMSIZ)
		copy(padded, name)
		return []expr.Any{&expr.Meta{Key: key, Register: 1}, &expr.Cmp{Op: is, Register: 1, Data: padded}}, nil
	}
}

// source compares the whole bytes of a subnet with the packet's source, which
// stands at offset in a header of that protocol.
func source(protocol byte, offset uint32) func(string) ([]expr.Any, error) {
	return func(subnet string) ([]expr.Any, error) {
		p, err := netip.ParsePrefix(subnet)
		if err != nil || p.Bits()%8 != 0 {
			return nil, fmt.Errorf("match source %q: %w", subnet, unix.EINVAL)
		}
		length := p.Bits() / 8
		return []expr.Any{
			&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: 1},
			&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{protocol}},
			&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: uint32(length)},
			&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: p.Addr().AsSlice()[:length]},
		}, nil
	}
}

// bits compares some bits of what connection tracking knows with zero.
func bits(key expr.CtKey, mask uint32, is expr.CmpOp) func(string) ([]expr.Any, error) {
	number := func(n uint32) []byte { return binary.NativeEndian.AppendUint32(nil, n) }
	return func(string) ([]expr.Any, error) {
		return []expr.Any{
			&expr.Ct{Key: key, Register: 1},
			&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 4, Mask: number(mask), Xor: number(0)},
			&expr.Cmp{Op: is, Register: 1, Data: number(0)},
		}, nil
	}
}
