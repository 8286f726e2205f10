package network

import (
	"slices"
	"strings"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
)

// families are those whose chains at the forward hook see packets of a bridge.
var families = map[nftables.TableFamily]string{
	nftables.TableFamilyINet: "inet",
	nftables.TableFamilyIPv4: "ip",
	nftables.TableFamilyIPv6: "ip6",
}

// filters reads the chains of others that stop what they do not know. Rules
// that cannot be read, of an extension unknown here, count as naming nothing.
func filters(c *nftables.Conn) ([]Filter, error) {
	chains, err := c.ListChains()
	if err != nil {
		return nil, err
	}
	var found []Filter
	for _, chain := range chains {
		name, ok := families[chain.Table.Family]
		if !ok || chain.Hooknum == nil || *chain.Hooknum != *nftables.ChainHookForward || !stops(c, chain) {
			continue
		}
		f := Filter{Family: name, Table: chain.Table.Name, Chain: chain.Name}
		for _, other := range chains {
			if *other.Table == *chain.Table {
				f.Docker = f.Docker || other.Name == "DOCKER-USER"
				f.Links = append(f.Links, named(c, other)...)
			}
		}
		found = append(found, f)
	}
	return found, nil
}

// stops tells whether a packet that no rule lets through ends here: by the
// chain's policy, or by a last rule for everything, as firewalld has it.
func stops(c *nftables.Conn, chain *nftables.Chain) bool {
	if chain.Policy != nil && *chain.Policy == nftables.ChainPolicyDrop {
		return true
	}
	rules, err := c.GetRules(chain.Table, chain)
	return err == nil && len(rules) > 0 && stopsAll(rules[len(rules)-1].Exprs)
}

func stopsAll(exprs []expr.Any) bool {
	stop := false
	for _, e := range exprs {
		switch e := e.(type) {
		case *expr.Counter, *expr.Log:
		case *expr.Reject:
			stop = true
		case *expr.Verdict:
			stop = e.Kind == expr.VerdictDrop
		default: // a condition
			return false
		}
	}
	return stop
}

// named lists the links that a chain's rules name.
func named(c *nftables.Conn, chain *nftables.Chain) []string {
	rules, err := c.GetRules(chain.Table, chain)
	if err != nil {
		return nil
	}
	var names []string
	for _, r := range rules {
		for i, e := range r.Exprs[:max(0, len(r.Exprs)-1)] {
			meta, ok := e.(*expr.Meta)
			if !ok || !slices.Contains([]expr.MetaKey{expr.MetaKeyIIFNAME, expr.MetaKeyOIFNAME}, meta.Key) {
				continue
			}
			if cmp, ok := r.Exprs[i+1].(*expr.Cmp); ok {
				names = append(names, strings.TrimRight(string(cmp.Data), "\x00"))
			}
		}
	}
	return names
}
