package network

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParsePort(t *testing.T) {
	for _, c := range []struct {
		word string
		want Port
		why  string // in the error
	}{
		{word: "8080:80", want: Port{Host: 8080, Inside: 80}},
		{word: "8080:80/tcp", want: Port{Host: 8080, Inside: 80}},
		{word: "0:80", want: Port{Inside: 80}},
		{word: "127.0.0.1:8080:80", want: Port{netip.MustParseAddr("127.0.0.1"), 8080, 80}},
		{word: "0.0.0.0:8080:80", want: Port{netip.MustParseAddr("0.0.0.0"), 8080, 80}},
		{word: "[::1]:8080:80", want: Port{netip.IPv6Loopback(), 8080, 80}},
		{word: "8080:80/udp", why: "only TCP"},
		{word: "80", why: "HOSTPORT:PORT"},
		{word: "", why: "HOSTPORT:PORT"},
		{word: "8080:0", why: `"0" is no port: ports are whole numbers from 1 to 65535`},
		{word: "65536:80", why: `"65536" is no port`},
		{word: "-1:80", why: `"-1" is no port`},
		{word: "a:80", why: `"a" is no port`},
		{word: ":80", why: `"" is no port`},
		{word: "localhost:8080:80", why: `"localhost" is no IP address`},
		{word: "::1:8080:80", why: "brackets"},
		{word: "[::1:8080:80", why: "brackets"},
	} {
		got, err := ParsePort(c.word)
		var wrong *PortError
		switch {
		case c.why == "" && (err != nil || got != c.want):
			t.Errorf("%q: %v, %v", c.word, got, err)
		case c.why != "" && (!errors.As(err, &wrong) || wrong.Word != c.word || !strings.Contains(err.Error(), c.why)):
			t.Errorf("%q: %v, %v; want %q in a *PortError", c.word, got, err, c.why)
		}
	}
}

// What a port prints is what it is read from.
func TestPortRoundTrip(t *testing.T) {
	addresses := []netip.Addr{{}, netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("2001:db8::7")}
	rapid.Check(t, func(t *rapid.T) {
		p := Port{rapid.SampledFrom(addresses).Draw(t, "address"), rapid.Uint16().Draw(t, "host"), rapid.Uint16Min(1).Draw(t, "inside")}
		if got, err := ParsePort(p.String()); err != nil || got != p {
			t.Fatalf("%q: %v, %v", p, got, err)
		}
	})
}
