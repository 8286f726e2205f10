package network

import (
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files again")

// laptop is a machine with one uplink that is no router.
func laptop() Machine {
	return Machine{
		Links:   []string{"lo", "wlan0"},
		Uplinks: []Uplink{{"wlan0", ipv4}, {"wlan0", ipv6}},
		IPv6:    true, Allowed: true,
		Sysctls: map[string]string{
			"net/ipv4/conf/all/forwarding": "0", "net/ipv4/conf/wlan0/forwarding": "0", "net/ipv6/conf/all/forwarding": "0",
			"net/ipv6/conf/default/force_forwarding": "0", "net/ipv6/conf/wlan0/force_forwarding": "0",
		},
		Standing: Standing{Boot: "now", Alias: "tentpole bridge 0123456789ab"},
	}
}

// raised is the machine after its first sandbox has come.
func raised(m Machine) Machine {
	p, err := m.Plan("first@1.1.now")
	if err != nil {
		panic(err)
	}
	m.Standing, m.Stands = p.standing, true
	m.Links, m.Tables = append(m.Links, p.Bridge, LinkName("first@1.1.now")), append(m.Tables, p.Bridge)
	for _, o := range p.Operations {
		if w, ok := o.(WriteSysctl); ok && w.place == onHost {
			m.Sysctls[w.Key] = w.Value
		}
	}
	return m
}

func TestPlan(t *testing.T) {
	for name, change := range map[string]func(Machine) Machine{
		"laptop":      func(m Machine) Machine { return m },
		"second":      raised,
		"router":      func(m Machine) Machine { return routes(m) },
		"no-uplink":   func(m Machine) Machine { m.Uplinks = nil; return m },
		"no-ipv6":     func(m Machine) Machine { m.IPv6, m.Uplinks = false, m.Uplinks[:1]; return m },
		"before-6.17": func(m Machine) Machine { delete(m.Sysctls, "net/ipv6/conf/default/force_forwarding"); return m },
		"docker": func(m Machine) Machine {
			m.Filters = []Filter{{Family: "ip", Table: "filter", Chain: "FORWARD", Docker: true}}
			return m
		},
		"other-uplink": func(m Machine) Machine { return moved(raised(m)) },
	} {
		t.Run(name, func(t *testing.T) {
			p, err := change(laptop()).Plan("NAME@2.2.now")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "testdata/plan/"+name, describe(p))
		})
	}
}

// routes is a machine that forwards everything already.
func routes(m Machine) Machine {
	for key := range m.Sysctls {
		if strings.HasSuffix(key, "/forwarding") {
			m.Sysctls[key] = "1"
		}
	}
	return m
}

// moved is the machine in another network.
func moved(m Machine) Machine {
	m.Uplinks = []Uplink{{"eth0", ipv4}}
	m.Sysctls["net/ipv4/conf/eth0/forwarding"] = "0"
	return m
}

// describe writes a plan and its end as a person sees them.
func describe(p Plan) string {
	var b strings.Builder
	write := func(ops []Operation) {
		for _, o := range ops {
			fmt.Fprintf(&b, "%s\n    %s\n", o, o.Command())
		}
	}
	write(p.Operations)
	for _, n := range p.Notes {
		fmt.Fprintln(&b, "note:", n)
	}
	members := p.standing.Members
	fmt.Fprintln(&b, "at its end:")
	write(disconnect(p.standing, members[len(members)-1]))
	if len(members) == 1 {
		write(fold(p.standing))
	}
	return b.String()
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll("testdata/plan", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("-want +got; go test -update writes it again:\n%s", diff)
	}
}

func TestPlanFindsNoRoom(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Machine)
		errno  error
	}{
		{"no subnet", func(m *Machine) { m.Taken = []netip.Prefix{netip.MustParsePrefix("fd00::/8")} }, syscall.EADDRNOTAVAIL},
		{"no name", func(m *Machine) {
			for n := range maxBridges {
				m.Links = append(m.Links, fmt.Sprint("tentpole", n))
			}
		}, syscall.EEXIST},
		{"no address", func(m *Machine) {
			*m = raised(*m)
			for n := 3; n <= lastHost; n++ {
				m.Standing.Members = append(m.Standing.Members, Member{Owner: fmt.Sprint(n), Host: byte(n)})
			}
		}, syscall.EADDRNOTAVAIL},
		{"connected already", func(m *Machine) {
			*m = raised(*m)
			m.Standing.Members[0].Owner = "NAME@2.2.now"
		}, syscall.EEXIST},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := laptop()
			c.change(&m)
			_, err := m.Plan("NAME@2.2.now")
			var e *Error
			if !errors.As(err, &e) || !errors.Is(err, c.errno) || e.Remedy == "" {
				t.Errorf("%v", err)
			}
		})
	}
}

// A plan does not change the machine it is made on.
func TestPlanIsPure(t *testing.T) {
	m := raised(laptop())
	before := fmt.Sprintf("%+v", m)
	for range 2 {
		if _, err := m.Plan("NAME@2.2.now"); err != nil {
			t.Fatal(err)
		}
	}
	if after := fmt.Sprintf("%+v", m); after != before {
		t.Errorf("%s\nnot\n%s", after, before)
	}
}

func TestLinkName(t *testing.T) {
	one, two := LinkName("a@1.1.x"), LinkName("b@1.1.x")
	if one == two || len(one) != 12 || !strings.HasPrefix(one, "tp") {
		t.Errorf("%q, %q", one, two)
	}
}

func TestFilterRemedy(t *testing.T) {
	for _, c := range []struct {
		filter Filter
		want   string
	}{
		{Filter{Family: "ip", Table: "filter", Chain: "FORWARD", Docker: true}, "iptables -I DOCKER-USER -i br -j ACCEPT && iptables -I DOCKER-USER -o br -j ACCEPT"},
		{Filter{Family: "ip6", Table: "filter", Chain: "FORWARD", Docker: true}, "ip6tables -I DOCKER-USER -i br -j ACCEPT && ip6tables -I DOCKER-USER -o br -j ACCEPT"},
		{Filter{Family: "ip", Table: "filter", Chain: "FORWARD"}, "iptables -I FORWARD -i br -j ACCEPT && iptables -I FORWARD -o br -j ACCEPT"},
		{Filter{Family: "inet", Table: "firewalld", Chain: "filter_FORWARD"}, "firewall-cmd --zone=trusted --add-interface=br"},
		{Filter{Family: "inet", Table: "mine", Chain: "fwd"}, "nft insert rule inet mine fwd iifname br accept && nft insert rule inet mine fwd oifname br accept"},
	} {
		if got := c.filter.remedy("br"); got != c.want {
			t.Errorf("%+v: %s", c.filter, got)
		}
	}
}

func TestParseKind(t *testing.T) {
	for _, k := range Kinds {
		if got, ok := ParseKind(strings.ToUpper(string(k.Kind))); !ok || got != k.Kind {
			t.Errorf("%q: %q, %v", k.Kind, got, ok)
		}
	}
	if got, ok := ParseKind("cable"); ok {
		t.Errorf("cable is %q", got)
	}
}
