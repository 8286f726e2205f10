package network

import (
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"
)

func TestReadResolver(t *testing.T) {
	const stub = "# This is /run/systemd/resolve/stub-resolv.conf\nnameserver 127.0.0.53\noptions edns0 trust-ad\nsearch lan\n"
	for _, c := range []struct {
		name    string
		files   map[string]string
		ipv6    bool
		want    string // the content
		source  string
		unknown string // in the note
	}{
		{name: "plain", files: map[string]string{"etc/resolv.conf": "nameserver 192.0.2.53\nnameserver 192.0.2.54\n"},
			want:   "# from /etc/resolv.conf of the host\nnameserver 192.0.2.53\nnameserver 192.0.2.54\n",
			source: "/etc/resolv.conf"},
		{name: "systemd-resolved", files: map[string]string{"etc/resolv.conf": stub, "run/systemd/resolve/resolv.conf": "nameserver 192.0.2.53\nsearch lan\n"},
			want:   "# from /run/systemd/resolve/resolv.conf of the host\nnameserver 192.0.2.53\nsearch lan\n",
			source: "/run/systemd/resolve/resolv.conf"},
		{name: "one of two on the loopback", files: map[string]string{"etc/resolv.conf": "nameserver 127.0.0.1\nnameserver 192.0.2.53\n"},
			want:   "# from /etc/resolv.conf of the host\nnameserver 192.0.2.53\n",
			source: "/etc/resolv.conf"},
		{name: "dnsmasq on the loopback", files: map[string]string{"etc/resolv.conf": "nameserver 127.0.0.1\nnameserver ::1\n"},
			unknown: "name server (127.0.0.1, ::1) cannot be reached"},
		{name: "systemd-resolved without servers", files: map[string]string{"etc/resolv.conf": stub, "run/systemd/resolve/resolv.conf": "search lan\n"},
			unknown: "name server (127.0.0.53)"},
		{name: "IPv6, no way out", files: map[string]string{"etc/resolv.conf": "nameserver 2001:db8::53\n"},
			unknown: "(2001:db8::53)"},
		{name: "IPv6", files: map[string]string{"etc/resolv.conf": "nameserver 2001:db8::53\n"}, ipv6: true,
			want:   "# from /etc/resolv.conf of the host\nnameserver 2001:db8::53\n",
			source: "/etc/resolv.conf"},
		{name: "of one link", files: map[string]string{"etc/resolv.conf": "nameserver fe80::1%eth0\n"}, ipv6: true,
			unknown: "(fe80::1%eth0)"},
		{name: "no file", unknown: "names no name server"},
		{name: "empty", files: map[string]string{"etc/resolv.conf": "# nothing\n"}, unknown: "names no name server"},
		{name: "spaces and tabs", files: map[string]string{"etc/resolv.conf": "\tnameserver\t 192.0.2.53  # first\n;nameserver 192.0.2.99\n"},
			want:   "# from /etc/resolv.conf of the host\nnameserver 192.0.2.53\n",
			source: "/etc/resolv.conf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := fstest.MapFS{}
			for name, content := range c.files {
				root[name] = &fstest.MapFile{Data: []byte(content)}
			}
			got := ReadResolver(root, c.ipv6)
			if got.Content != c.want || got.Source != c.source {
				t.Errorf("%q from %q", got.Content, got.Source)
			}
			if (got.Note != "") != (c.unknown != "") || !strings.Contains(got.Note, c.unknown) {
				t.Errorf("note %q", got.Note)
			}
		})
	}
}

func TestHosts(t *testing.T) {
	got := Hosts("tent", netip.MustParseAddr("10.57.0.2"), netip.Addr{})
	if want := "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n10.57.0.2 tent\n"; got != want {
		t.Errorf("%q", got)
	}
}
