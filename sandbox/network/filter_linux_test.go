package network

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
)

func TestFlushedRulesComeBack(t *testing.T) {
	needHost(t)
	unchanged(t)
	world := uplink(t)
	serve(t, world.listen(t, "tcp", internet+":80"))
	b := tester(t)
	attach(t, b, "first@1.1.boot")
	whole := lookAround()["rules"]
	if err := transact(func(c *nftables.Conn) { c.FlushRuleset() }); err != nil {
		t.Fatal(err)
	}
	r, _ := attach(t, b, "second@1.1.boot")
	if got := seenFrom(t, r, internet+":80"); got != hostOut {
		t.Errorf("the internet saw %s", got)
	}
	if got := lookAround()["rules"]; !slices.Equal(got, whole) {
		t.Errorf("rules\n%q, not\n%q", got, whole)
	}
}

// firewall makes a table with a chain at the forward hook, and a last rule in
// it if there is one. It goes with the test.
func firewall(t *testing.T, family nftables.TableFamily, table, chain string, policy nftables.ChainPolicy, last ...expr.Any) *nftables.Table {
	t.Helper()
	f := &nftables.Table{Name: table, Family: family}
	err := transact(func(c *nftables.Conn) {
		c.AddTable(f)
		base := c.AddChain(&nftables.Chain{Name: chain, Table: f, Type: nftables.ChainTypeFilter,
			Hooknum: nftables.ChainHookForward, Priority: nftables.ChainPriorityFilter, Policy: &policy})
		if len(last) > 0 {
			c.AddRule(&nftables.Rule{Table: f, Chain: base, Exprs: last})
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := transact(func(c *nftables.Conn) { c.DelTable(f) }); err != nil {
			t.Error(err)
		}
	})
	return f
}

// dockers is the chain that Docker asks first.
func dockers(t *testing.T, table *nftables.Table) *nftables.Chain {
	t.Helper()
	user := &nftables.Chain{Name: "DOCKER-USER", Table: table}
	err := transact(func(c *nftables.Conn) {
		c.AddChain(user)
		c.AddRule(&nftables.Rule{Table: table, Chain: &nftables.Chain{Name: "FORWARD", Table: table}, Exprs: []expr.Any{
			&expr.Counter{}, &expr.Verdict{Kind: expr.VerdictJump, Chain: user.Name}}})
	})
	if err != nil {
		t.Fatal(err)
	}
	return user
}

// What Docker leaves stops the bridge; the note says so, and its remedy helps.
func TestWordOnAFirewall(t *testing.T) {
	needHost(t)
	unchanged(t)
	world := uplink(t)
	serve(t, world.listen(t, "tcp", internet+":80"))
	user := dockers(t, firewall(t, nftables.TableFamilyIPv4, "filter", "FORWARD", nftables.ChainPolicyDrop))
	b := tester(t)
	r, a := attach(t, b, "stopped@1.1.boot")
	neighbour, _ := attach(t, b, "neighbour@1.1.boot")
	serve(t, neighbour.listen(t, "tcp", "10.57.0.3:80"))
	said := strings.Join(a.Notes, "\n")
	for _, want := range []string{"nftables ip filter, chain FORWARD", "iptables -I DOCKER-USER -i tentpole0 -j ACCEPT && iptables -I DOCKER-USER -o tentpole0 -j ACCEPT"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in %q", want, said)
		}
	}
	reaches := func(address string) bool {
		c, err := r.DialInside(context.Background(), "tcp", address)
		if err == nil {
			c.Close()
		}
		return err == nil
	}
	if reaches(internet + ":80") {
		t.Error("the firewall stops nothing")
	}
	if said, stopped := strings.Contains(said, "nor to other sandboxes"), !reaches("10.57.0.3:80"); said != stopped {
		t.Errorf("the note says that other sandboxes are out of reach: %v; they are: %v", said, stopped)
	}
	// As the remedy says.
	accept(t, user, expr.MetaKeyIIFNAME, a.Bridge)
	accept(t, user, expr.MetaKeyOIFNAME, a.Bridge)
	for address, want := range map[string]string{internet + ":80": hostOut, "10.57.0.3:80": "10.57.0.2"} {
		if got := seenFrom(t, r, address); got != want {
			t.Errorf("%s saw %s", address, got)
		}
	}
	if _, next := attach(t, b, "next@1.1.boot"); strings.Contains(strings.Join(next.Notes, "\n"), "firewall") {
		t.Errorf("a note on a firewall that lets the bridge through: %q", next.Notes)
	}
}

func accept(t *testing.T, chain *nftables.Chain, key expr.MetaKey, name string) {
	t.Helper()
	exprs, err := link(key, expr.CmpOpEq)(name)
	if err != nil {
		t.Fatal(err)
	}
	rule := &nftables.Rule{Table: chain.Table, Chain: chain, Exprs: append(exprs, &expr.Verdict{Kind: expr.VerdictAccept})}
	if err := transact(func(c *nftables.Conn) { c.AddRule(rule) }); err != nil {
		t.Fatal(err)
	}
}

func TestFilters(t *testing.T) {
	needHost(t)
	drop, reject := &expr.Verdict{Kind: expr.VerdictDrop}, &expr.Reject{Type: 2, Code: 3} // icmpx admin-prohibited
	only, err := link(expr.MetaKeyIIFNAME, expr.CmpOpEq)("wlan0")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		family nftables.TableFamily
		policy nftables.ChainPolicy
		last   []expr.Any
		want   bool
	}{
		{"policy drop", nftables.TableFamilyINet, nftables.ChainPolicyDrop, nil, true},
		{"policy accept", nftables.TableFamilyINet, nftables.ChainPolicyAccept, nil, false},
		{"rejects the rest, as firewalld", nftables.TableFamilyINet, nftables.ChainPolicyAccept, []expr.Any{reject}, true},
		{"counts and drops the rest", nftables.TableFamilyIPv4, nftables.ChainPolicyAccept, []expr.Any{&expr.Counter{}, drop}, true},
		{"drops what comes from one link", nftables.TableFamilyIPv6, nftables.ChainPolicyAccept, append(only, drop), false},
		{"is not on the way", nftables.TableFamilyBridge, nftables.ChainPolicyDrop, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			unchanged(t)
			firewall(t, c.family, "wall", "fwd", c.policy, c.last...)
			conn, err := rules()
			if err != nil {
				t.Fatal(err)
			}
			found, err := filters(conn)
			if err != nil || (len(found) == 1) != c.want {
				t.Errorf("%+v, %v", found, err)
			}
		})
	}
}
