package vm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"github.com/hashicorp/yamux"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/network"
	"github.com/tentpole-labs/tentpole/sandbox/vm/guest"
)

// open begins a request, with further streams.
func (m *Machine) open(r guest.Request, further int) (*yamux.Stream, *guest.Lines, []*yamux.Stream, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []*yamux.Stream
	letGo := func() {
		for _, s := range all {
			s.Close()
		}
	}
	for range 1 + further {
		s, err := m.session.OpenStream()
		if err != nil {
			letGo()
			return nil, nil, nil, m.over()
		}
		all = append(all, s)
	}
	lines := guest.NewLines(all[0])
	if err := lines.Say(r); err != nil {
		letGo()
		return nil, nil, nil, m.over()
	}
	return all[0], lines, all[1:], nil
}

// over is the error of whoever wants something of a machine that has ended.
func (m *Machine) over() error {
	return &sandbox.Error{Op: "use virtual machine", Target: m.parts.kernel.Version, Err: errors.New("it has ended"), Remedy: "start it again"}
}

// hear waits for the next answer on a stream, at most until ctx ends.
func (m *Machine) hear(ctx context.Context, s *yamux.Stream, lines *guest.Lines) (a guest.Answer, err error) {
	stop := context.AfterFunc(ctx, func() { s.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	err = lines.Hear(&a)
	switch {
	case ctx.Err() != nil:
		return a, ctx.Err()
	case err != nil:
		return a, m.over()
	}
	return a, nil
}

// ask makes a request that has one answer.
func (m *Machine) ask(ctx context.Context, r guest.Request) (guest.Answer, error) {
	s, lines, _, err := m.open(r, 0)
	if err != nil {
		return guest.Answer{}, err
	}
	defer s.Close()
	return m.hear(ctx, s, lines)
}

// refusal is what the machine could not do, as an error. It wraps the errno.
func refusal(a guest.Answer) error {
	if a.Errno != 0 {
		return syscall.Errno(a.Errno)
	}
	return errors.New(facts.Clean(a.Error))
}

// send gives the machine a program, once, and returns its hash.
func (m *Machine) send(ctx context.Context, program *os.File) (string, error) {
	info, err := program.Stat()
	if err != nil {
		return "", err
	}
	// A file of its own: the caller's offset stays where it is.
	content := func() io.Reader { return io.NewSectionReader(program, 0, info.Size()) }
	h := sha256.New()
	if _, err := io.Copy(h, content()); err != nil {
		return "", err
	}
	hash := hex.EncodeToString(h.Sum(nil))
	if m.has(hash) {
		return hash, nil
	}
	s, lines, _, err := m.open(guest.Request{Program: &guest.Program{Hash: hash, Size: info.Size()}}, 0)
	if err != nil {
		return "", err
	}
	defer s.Close()
	stop := context.AfterFunc(ctx, func() { s.SetWriteDeadline(time.Unix(1, 0)) })
	defer stop()
	switch _, err := io.Copy(s, content()); {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return "", m.over()
	}
	a, err := m.hear(ctx, s, lines)
	if err == nil && a.Error != "" {
		err = &sandbox.Error{Op: "send a program to", Target: m.parts.kernel.Version, Err: refusal(a)}
	}
	if err == nil {
		m.keep(hash)
	}
	return hash, err
}

func (m *Machine) has(hash string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sent[hash]
}

func (m *Machine) keep(hash string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent[hash] = true
}

// DialInside connects to a TCP address inside; it implements network.Dialer. The
// caller closes the connection.
func (m *Machine) DialInside(ctx context.Context, _, address string) (net.Conn, error) {
	if _, err := netip.ParseAddrPort(address); err != nil {
		return nil, &sandbox.UsageError{What: "address", Word: address, Why: "it is an IP address and a port"}
	}
	s, lines, _, err := m.open(guest.Request{Dial: address}, 0)
	if err != nil {
		return nil, err
	}
	a, err := m.hear(ctx, s, lines)
	if err == nil && a.Error != "" {
		err = &sandbox.Error{Op: "connect inside to", Target: address, Err: refusal(a)}
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return connection{s, lines.Rest()}, nil
}

// connection reads what came after the answer first.
type connection struct {
	*yamux.Stream
	rest io.Reader
}

func (c connection) Read(b []byte) (int, error) { return c.rest.Read(b) }

// CloseWrite tells the other side that no more comes.
func (c connection) CloseWrite() error { return c.Stream.Close() }

// Published lists what the host listens on.
func (m *Machine) Published() []network.Listening { return m.published.Listening() }
