//go:build linux

package applet

import (
	"context"
	"net"
	"time"
)

// dialTime is how long a connection may take to come about.
const dialTime = 10 * time.Second

// dial connects, to any of the host's addresses.
func dial(network, address string, timeout time.Duration) (net.Conn, error) {
	d := net.Dialer{Timeout: timeout}
	return d.Dial(network, address)
}

// resolve returns an address of a host, of the wanted family: ip, ip4 or ip6.
func resolve(network, host string) (net.IP, error) {
	ctx, cancel := context.WithTimeout(context.Background(), dialTime)
	defer cancel()
	ips, err := net.DefaultResolver.LookupIP(ctx, network, host)
	if err != nil {
		return nil, err
	}
	return ips[0], nil
}
