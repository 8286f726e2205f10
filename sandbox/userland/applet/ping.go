//go:build linux

package applet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// pinger asks one host for echoes; icmp(7), RFC 792, RFC 4443.
type pinger struct {
	*call
	fd         int
	ip         net.IP
	raw        bool // answers begin with the IPv4 header
	sent, back int
	least, sum time.Duration
	most       time.Duration
}

const (
	pingData       = 56 // bytes
	echoRequest4   = 8
	echoReply4     = 0
	echoRequest6   = 128
	echoReply6     = 129
	icmpHeader     = 8
	ipv4MinHeader  = 20
	ipv4LengthMask = 0x0f
)

// ping sends ICMP echo requests. It uses the unprivileged kind of socket where
// net.ipv4.ping_group_range lets it, and a raw one otherwise.
func ping(c *call) int {
	o, words, ok := c.options("c:i:W:w:46qn")
	if !ok {
		return 1
	}
	if len(words) != 1 {
		return c.usage()
	}
	count, err := strconv.Atoi(o.value('c', "0"))
	every, ok1 := seconds(o.value('i', "1"))
	wait, ok2 := seconds(o.value('W', "10"))
	if err != nil || count < 0 || !ok1 || !ok2 || every < 2*time.Millisecond {
		return c.usage()
	}
	network := "ip"
	if o.has('4') {
		network = "ip4"
	} else if o.has('6') {
		network = "ip6"
	}
	ip, err := resolve(network, words[0])
	if err != nil {
		return c.fail(1, "bad address '%s'", words[0])
	}
	p := &pinger{call: c, ip: ip}
	if err := p.open(); err != nil {
		return c.fail(1, "socket: %s", pingReason(err))
	}
	defer unix.Close(p.fd)
	fmt.Fprintf(c.out, "PING %s (%s): %d data bytes\n", words[0], ip, pingData)
	return p.run(words[0], count, every, wait, o.has('q'))
}

// pingReason says what is missing when both kinds of socket are refused.
func pingReason(err error) string {
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		return reason(err) + " (no CAP_NET_RAW here, and this group is not in net.ipv4.ping_group_range)"
	}
	return reason(err)
}

func (p *pinger) v4() bool { return p.ip.To4() != nil }

func (p *pinger) open() (err error) {
	family, protocol := unix.AF_INET, unix.IPPROTO_ICMP
	if !p.v4() {
		family, protocol = unix.AF_INET6, unix.IPPROTO_ICMPV6
	}
	p.fd, err = unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, protocol)
	if err == nil {
		return nil
	}
	p.fd, err = unix.Socket(family, unix.SOCK_RAW|unix.SOCK_CLOEXEC, protocol)
	p.raw = true
	return err
}

// run sends and waits until the count is reached or Ctrl-C comes. The exit
// status is 0 when there was an answer.
func (p *pinger) run(host string, count int, every, wait time.Duration, quiet bool) int {
	interrupt := make(chan os.Signal, 1)
	signal.Notify(interrupt, unix.SIGINT)
	for p.sent < count || count == 0 {
		if err := p.send(); err != nil {
			return p.fail(1, "sendto: %s", reason(err))
		}
		at := time.Now()
		p.receive(at, min(wait, max(every, wait)), quiet)
		p.out.Flush()
		if p.sent == count {
			break
		}
		select {
		case <-interrupt:
			return p.summary(host)
		case <-time.After(time.Until(at.Add(every))):
		}
	}
	return p.summary(host)
}

func (p *pinger) send() error {
	packet := make([]byte, icmpHeader+pingData)
	packet[0] = echoRequest6
	if p.v4() {
		packet[0] = echoRequest4
	}
	binary.BigEndian.PutUint16(packet[4:], uint16(os.Getpid()))
	binary.BigEndian.PutUint16(packet[6:], uint16(p.sent))
	if p.v4() { // the kernel does it for ICMPv6
		binary.BigEndian.PutUint16(packet[2:], checksum(packet))
	}
	p.sent++
	return unix.Sendto(p.fd, packet, 0, p.address())
}

func (p *pinger) address() unix.Sockaddr {
	if ip := p.ip.To4(); ip != nil {
		return &unix.SockaddrInet4{Addr: [4]byte(ip)}
	}
	return &unix.SockaddrInet6{Addr: [16]byte(p.ip.To16())}
}

// receive waits for the answer to the last request.
func (p *pinger) receive(at time.Time, wait time.Duration, quiet bool) {
	buf := make([]byte, 2048)
	for {
		left := time.Until(at.Add(wait))
		if left <= 0 {
			return
		}
		timeout := unix.NsecToTimeval(int64(max(left, time.Millisecond)))
		unix.SetsockoptTimeval(p.fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &timeout)
		n, _, err := unix.Recvfrom(p.fd, buf, 0)
		if err != nil {
			if err == unix.EINTR {
				return
			}
			continue
		}
		ttl, ok := p.answers(buf[:n])
		if !ok {
			continue
		}
		p.count(time.Since(at))
		if !quiet {
			fmt.Fprintf(p.out, "%d bytes from %s: seq=%d%s time=%.3f ms\n", icmpHeader+pingData, p.ip, p.sent-1, ttl, float64(time.Since(at))/1e6)
		}
		return
	}
}

// answers tells whether a packet is the answer, and its time to live where the
// packet says so. An unprivileged socket sees only its own answers.
func (p *pinger) answers(packet []byte) (ttl string, ok bool) {
	if p.raw && p.v4() && len(packet) >= ipv4MinHeader {
		ttl = fmt.Sprintf(" ttl=%d", packet[8])
		packet = packet[min(len(packet), int(packet[0]&ipv4LengthMask)*4):]
	}
	if len(packet) < icmpHeader {
		return "", false
	}
	reply := byte(echoReply6)
	if p.v4() {
		reply = echoReply4
	}
	ours := !p.raw || binary.BigEndian.Uint16(packet[4:]) == uint16(os.Getpid())
	return ttl, packet[0] == reply && ours && binary.BigEndian.Uint16(packet[6:]) == uint16(p.sent-1)
}

func (p *pinger) count(d time.Duration) {
	p.back++
	p.sum += d
	p.most = max(p.most, d)
	if p.back == 1 || d < p.least {
		p.least = d
	}
}

func (p *pinger) summary(host string) int {
	lost := 0
	if p.sent > 0 {
		lost = (p.sent - p.back) * 100 / p.sent
	}
	fmt.Fprintf(p.out, "\n--- %s ping statistics ---\n%d packets transmitted, %d packets received, %d%% packet loss\n", host, p.sent, p.back, lost)
	if p.back == 0 {
		return 1
	}
	ms := func(d time.Duration) float64 { return float64(d) / 1e6 }
	fmt.Fprintf(p.out, "round-trip min/avg/max = %.3f/%.3f/%.3f ms\n", ms(p.least), ms(p.sum)/float64(p.back), ms(p.most))
	return 0
}

// checksum is the Internet checksum; RFC 1071.
func checksum(b []byte) uint16 {
	sum := uint32(0)
	for i := 0; i+1 < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}
