package network

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// listen opens a port on each of its addresses. A port that the kernel may
// choose has to be free on all of them: a few are tried.
func (p *Published) listen(ctx context.Context, port Port) error {
	const tries = 8
	for try := 1; ; try++ {
		got, notes, err := listenAll(ctx, port)
		if err == nil {
			p.listening = append(p.listening, got...)
			p.notes = append(p.notes, notes...)
			return nil
		}
		if port.Host != 0 || try == tries || !errors.Is(err, syscall.EADDRINUSE) {
			return err
		}
	}
}

func listenAll(ctx context.Context, port Port) (got []Listening, notes []string, err error) {
	number := port.Host
	for _, a := range port.addresses() {
		at := netip.AddrPortFrom(a, number)
		socket, err := (&net.ListenConfig{}).Listen(ctx, protocol(a), at.String())
		if err != nil && len(got) > 0 && noAddress(err) {
			notes = append(notes, fmt.Sprintf("not published on %s: this machine has no such address", at))
			continue
		}
		if err != nil {
			for _, l := range got {
				l.socket.Close()
			}
			return nil, nil, refused(at, port, err)
		}
		at = socket.Addr().(*net.TCPAddr).AddrPort()
		number = at.Port() // the kernel's choice holds for all addresses
		got = append(got, Listening{Address: at, Inside: port.Inside, socket: socket})
	}
	return got, notes, nil
}

// protocol is TCP over the address's own protocol: with plain "tcp", 0.0.0.0
// would mean all IPv6 addresses too.
func protocol(a netip.Addr) string {
	if a.Is4() {
		return "tcp4"
	}
	return "tcp6"
}

// noAddress recognises a machine without IPv6.
func noAddress(err error) bool {
	return errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT)
}

// refused explains why a port cannot be listened on.
func refused(at netip.AddrPort, port Port, err error) error {
	e := &Error{Op: "publish", Target: port.String(), Err: err}
	elsewhere := func(host uint16) string {
		return "choose another with -p " + Port{port.Address, host, port.Inside}.String()
	}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		e.Err = &takenError{at, err}
		e.Remedy = elsewhere(next(at.Port()))
	case errors.Is(err, syscall.EACCES):
		e.Remedy = fmt.Sprintf("ports below %d are root's on this machine: %s", firstFree(), elsewhere(at.Port()+8000))
	case noAddress(err):
		e.Remedy = "it is none of this machine's addresses: leave it out, for 127.0.0.1 and ::1"
	}
	return e
}

// next is the port to suggest when one is taken.
func next(port uint16) uint16 {
	if port == 65535 {
		return port - 1
	}
	return port + 1
}

// takenError is EADDRINUSE in words.
type takenError struct {
	at  netip.AddrPort
	err error
}

func (e *takenError) Error() string {
	return fmt.Sprintf("port %d on %s is in use", e.at.Port(), e.at.Addr())
}

func (e *takenError) Unwrap() error { return e.err }

// firstFree is the first port that an ordinary user may listen on; ip(7).
func firstFree() int {
	const usual = 1024
	b, err := os.ReadFile("/proc/sys/net/ipv4/ip_unprivileged_port_start")
	if err != nil {
		return usual
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return usual
	}
	return n
}
