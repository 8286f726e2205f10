package network

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"net/netip"
	"strings"
)

// Resolver says whom to ask for names; resolv.conf(5).
type Resolver struct {
	Content string       // of /etc/resolv.conf, for inside
	Servers []netip.Addr // the name servers in it
	Source  string       // the host's file that it comes from, as an absolute path
	Note    string       // why names will not be found, and what to do; "" when they will
}

// resolvConfs are the host's files, in the order they are tried. The second is
// systemd-resolved's, with the servers that its stub on 127.0.0.53 asks;
// systemd-resolved.service(8).
var resolvConfs = []string{"etc/resolv.conf", "run/systemd/resolve/resolv.conf"}

// ReadResolver reads whom the host asks for names, and leaves out the servers
// that cannot be reached from another network namespace: those on a loopback
// or of one link only, and those with IPv6 addresses when there is no IPv6 way
// out. host is the host's root directory.
func ReadResolver(host fs.FS, ipv6 bool) Resolver {
	var left []string
	for _, file := range resolvConfs {
		content, err := fs.ReadFile(host, file)
		if err != nil {
			continue
		}
		r, unreachable := parseResolver(content, ipv6)
		r.Source = "/" + file
		if len(r.Servers) > 0 {
			r.Content = "# from " + r.Source + " of the host\n" + r.Content
			return r
		}
		left = append(left, unreachable...)
	}
	if len(left) == 0 {
		return Resolver{Note: "the host names no name server in /etc/resolv.conf: names are not found inside; write one into the sandbox's /etc/resolv.conf"}
	}
	return Resolver{Note: fmt.Sprintf("the host's name server (%s) cannot be reached from another network namespace: names are not found inside; write one that can into the sandbox's /etc/resolv.conf",
		strings.Join(left, ", "))}
}

// kept are the lines besides "nameserver" that mean the same inside.
var kept = map[string]bool{"search": true, "domain": true, "options": true, "sortlist": true}

func parseResolver(content []byte, ipv6 bool) (r Resolver, unreachable []string) {
	var b strings.Builder
	for s := bufio.NewScanner(bytes.NewReader(content)); s.Scan(); {
		fields := strings.Fields(s.Text())
		switch {
		case len(fields) < 2:
		case kept[fields[0]]:
			fmt.Fprintln(&b, strings.Join(fields, " "))
		case fields[0] == "nameserver":
			a, err := netip.ParseAddr(fields[1])
			if err != nil || !reachable(a, ipv6) {
				unreachable = append(unreachable, fields[1])
				continue
			}
			r.Servers = append(r.Servers, a)
			fmt.Fprintln(&b, "nameserver", a)
		}
	}
	r.Content = b.String()
	return r, unreachable
}

func reachable(a netip.Addr, ipv6 bool) bool {
	if a.IsLoopback() || a.IsUnspecified() || a.IsLinkLocalUnicast() {
		return false
	}
	return a.Is4() || ipv6
}

// Hosts is the /etc/hosts for inside: the loopback, and the sandbox's own name
// with its addresses; hosts(5). Addresses that are not valid are left out.
func Hosts(hostname string, addresses ...netip.Addr) string {
	var b strings.Builder
	b.WriteString("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n")
	for _, a := range addresses {
		if a.IsValid() && hostname != "" {
			fmt.Fprintln(&b, a, hostname)
		}
	}
	return b.String()
}
