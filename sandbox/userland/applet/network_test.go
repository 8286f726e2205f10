//go:build linux

package applet

import (
	"bufio"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestNc connects two of them over the loopback.
func TestNc(t *testing.T) {
	server := command(t, "/", "nc", "-l", "-v", "-p", "0", "127.0.0.1")
	server.Stdin = strings.NewReader("from the server\n")
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := server.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer server.Wait()
	defer server.Process.Kill()
	line, err := bufio.NewReader(said).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if !ok {
		t.Fatal(line, err)
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	if got := run(t, "/", "from the client\n", "nc", host, port); got.out != "from the server\n" || got.status != 0 {
		t.Errorf("the client: %+v", got)
	}
	if b, err := io.ReadAll(out); string(b) != "from the client\n" {
		t.Errorf("the server: %q, %v", b, err)
	}
}

// inNetwork runs a script of our shell in a network namespace of its own.
func inNetwork(t *testing.T, script string) result {
	t.Helper()
	cmd := command(t, t.TempDir(), "sh", "-c", script)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWUTS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	return finish(t, cmd, "")
}

// TestNetworkSession is what somebody does in a network of their own, as root
// inside and, outside, as whoever runs the tests.
func TestNetworkSession(t *testing.T) {
	for _, c := range []struct{ script, out, err string }{
		{"ip link", "1: lo: <LOOPBACK> mtu 65536 state DOWN qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n", ""},
		{"ip link set lo up; ip -br link; ip -4 a show lo | grep inet", "lo               UNKNOWN        00:00:00:00:00:00 <LOOPBACK,UP,LOWER_UP>\n    inet 127.0.0.1/8 scope host lo\n", ""},
		{"ip link set lo up; ping -c 2 -i 0.01 127.0.0.1 | grep packets", "2 packets transmitted, 2 packets received, 0% packet loss\n", ""},
		{"ip link set lo up; ping -c 1 ::1 | grep -c seq=0", "1\n", ""},
		{"ping -c 1 192.0.2.1", "PING 192.0.2.1 (192.0.2.1): 56 data bytes\n", "ping: sendto: Network is unreachable\n"},
		{"ip link add a type veth peer name b; ip addr add 10.1.0.1/24 dev a; ip link set a up; ip link set b up; ip route",
			"10.1.0.0/24 dev a proto kernel scope link src 10.1.0.1\n", ""},
		{"ip link add d type veth peer name e; ip link set e up; ip link set d up; ip addr add 10.2.0.1/16 dev d; ip route add default via 10.2.0.9; ip route | head -n 1; ip route del default; ip route | wc -l",
			"default via 10.2.0.9 dev d\n1\n", ""},
		{"ip link add br0 type bridge; ip link add p type veth peer name q; ip link set p master br0; ip link show p | grep -c 'master br0'; ip link del br0; ip link show p | grep -c master", "1\n0\n", ""},
		{"ip addr add 10.0.0.1/24 dev none", "", "ip: can't find device 'none'\n"},
		{"ip link set lo up; ip addr add 127.0.0.1/8 dev lo", "", "ip: RTNETLINK answers: File exists\n"},
		{"hostname changed; hostname; uname -n", "changed\nchanged\n", ""},
		{"mkdir m; mount -t tmpfs -o size=1m,noexec mine m; mount -t tmpfs | grep -c 'mine.*noexec'; df m | grep -c 1024; umount m; ls m | wc -l", "1\n1\n0\n", ""},
		{"mkdir a b; touch a/x; mount --bind a b; ls b; mount -o remount,bind,ro b; touch b/y; umount b", "x\n", "touch: b/y: Read-only file system\n"},
		{"id -u; whoami", "0\nroot\n", ""},
		{"ip link set lo up; httpd -p 127.0.0.1:8080 2>/dev/null & while ! nc -z 127.0.0.1 8080 2>/dev/null; do :; done; echo page > f; wget -q -O - http://127.0.0.1:8080/f; kill $!; wait $!; echo $?", "page\n143\n", ""},
	} {
		if got := inNetwork(t, c.script); got.out != c.out || got.err != c.err {
			t.Errorf("%s\nprinted %q, %q\nwant %q, %q", c.script, got.out, got.err, c.out, c.err)
		}
	}
}

func TestChecksum(t *testing.T) {
	// The example of RFC 1071, section 3.
	if got := checksum([]byte{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}); got != ^uint16(0xddf2) {
		t.Errorf("%04x", got)
	}
}
