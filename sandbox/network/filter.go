package network

import "fmt"

// Filter is a chain of another program's at the forward hook that stops what
// nothing in it lets through.
type Filter struct {
	Family string // "ip", "ip6", "inet"
	Table  string
	Chain  string
	Links  []string // the links that rules of its table name
	Docker bool     // the table has the chain DOCKER-USER, which Docker leaves to others
}

// bridged names the switch that has packets between two ports of one bridge
// pass such a chain, as if they were routed (br_netfilter).
func (f Filter) bridged() string {
	if f.Family == "ip6" {
		return "net/bridge/bridge-nf-call-ip6tables"
	}
	return "net/bridge/bridge-nf-call-iptables"
}

// word says what the filter stops, and what lets the bridge through.
func (f Filter) word(bridge string, bridged bool) string {
	stopped := "the sandbox does not get beyond the host"
	if bridged {
		stopped += ", nor to other sandboxes"
	}
	return fmt.Sprintf("a firewall (nftables %s %s, chain %s) stops what it does not know: %s; to let the bridge through, run as root: %s",
		f.Family, f.Table, f.Chain, stopped, f.remedy(bridge))
}

// remedies are tried in this order; the last fits every filter. Replies have
// to come back, so both directions are accepted. Whom else that lets in, the
// bridge's own table keeps out.
var remedies = []struct {
	fits func(Filter) bool
	say  string // with the bridge as the only argument, %[1]s
}{
	{func(f Filter) bool { return f.Docker && f.Family == "ip" }, both("iptables -I DOCKER-USER")},
	{func(f Filter) bool { return f.Docker && f.Family == "ip6" }, both("ip6tables -I DOCKER-USER")},
	{func(f Filter) bool { return f.Table == "firewalld" }, "firewall-cmd --zone=trusted --add-interface=%[1]s"},
	{func(f Filter) bool { return f.Family == "ip" && f.Table == "filter" }, both("iptables -I FORWARD")},
	{func(f Filter) bool { return f.Family == "ip6" && f.Table == "filter" }, both("ip6tables -I FORWARD")},
}

func both(command string) string {
	return command + " -i %[1]s -j ACCEPT && " + command + " -o %[1]s -j ACCEPT"
}

func (f Filter) remedy(bridge string) string {
	for _, r := range remedies {
		if r.fits(f) {
			return fmt.Sprintf(r.say, bridge)
		}
	}
	insert := fmt.Sprintf("nft insert rule %s %s %s", f.Family, f.Table, f.Chain)
	return fmt.Sprintf("%[1]s iifname %[2]s accept && %[1]s oifname %[2]s accept", insert, bridge)
}
