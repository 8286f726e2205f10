package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
)

// opened is a socket on its way from the init.
type opened struct {
	fd  int
	err error
}

// DialInside connects to a TCP address as a process inside would, in the
// sandbox's network namespace; network is "tcp", address an IP address and a
// port. The caller closes the connection. It implements network.Dialer.
func (s *Sandbox) DialInside(ctx context.Context, network, address string) (net.Conn, error) {
	to, err := netip.ParseAddrPort(address)
	if err != nil || network != "tcp" && network != "tcp4" && network != "tcp6" {
		return nil, &UsageError{What: "address", Word: network + " " + address, Why: "it is tcp, an IP address and a port"}
	}
	family, sa := sockaddr(to)
	fd, err := s.socket(ctx, family)
	if err != nil {
		return nil, err
	}
	conn, err := connect(ctx, fd, sa)
	if err != nil {
		return nil, &Error{Op: "connect inside to", Target: address, Err: err}
	}
	return conn, nil
}

func sockaddr(to netip.AddrPort) (family int, sa unix.Sockaddr) {
	if to.Addr().Unmap().Is4() {
		return unix.AF_INET, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().Unmap().As4()}
	}
	return unix.AF_INET6, &unix.SockaddrInet6{Port: int(to.Port()), Addr: to.Addr().As16()}
}

// socket has the init make a socket. The caller closes it.
func (s *Sandbox) socket(ctx context.Context, family int) (int, error) {
	answer := make(chan opened, 1)
	s.mu.Lock()
	s.nextID++
	id := s.nextID
	if s.sockets == nil {
		s.sockets = map[int]chan opened{}
	}
	s.sockets[id] = answer
	s.mu.Unlock()
	if err := s.conn.Send(proto.KindSocket, &proto.Socket{ID: id, Family: family}); err != nil {
		s.takeSocket(id)
		return -1, s.over()
	}
	select {
	case o := <-answer:
		return o.fd, o.err
	case <-s.gone:
		return -1, s.over()
	case <-ctx.Done():
		if s.takeSocket(id) == nil { // it is here by now
			if o := <-answer; o.err == nil {
				unix.Close(o.fd)
			}
		}
		return -1, ctx.Err()
	}
}

func (s *Sandbox) takeSocket(id int) chan opened {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := s.sockets[id]
	delete(s.sockets, id)
	return answer
}

func (s *Sandbox) onOpened(m proto.Opened, fds []int) {
	answer := s.takeSocket(m.ID)
	switch {
	case answer == nil:
		closeAll(fds) // nobody waits any more
	case m.Errno != 0:
		answer <- opened{-1, explain("socket inside", s.plan.Name, syscall.Errno(m.Errno))}
	case len(fds) != 1:
		closeAll(fds)
		answer <- opened{-1, explain("socket inside", s.plan.Name, unix.EPROTO)}
	default:
		answer <- opened{fds[0], nil}
	}
}

// connect connects the socket, and takes it over.
func connect(ctx context.Context, fd int, to unix.Sockaddr) (net.Conn, error) {
	err := unix.Connect(fd, to)
	f := os.NewFile(uintptr(fd), "inside")
	defer f.Close() // the connection has a descriptor of its own
	if err == unix.EINPROGRESS {
		err = finish(ctx, f)
	}
	if err != nil {
		return nil, err
	}
	return net.FileConn(f)
}

// finish waits until the kernel has connected the socket or given up.
func finish(ctx context.Context, f *os.File) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { f.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	var result error
	waited := raw.Write(func(fd uintptr) bool {
		// Writable means decided; before that SO_ERROR says nothing.
		poll := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
		if n, err := unix.Poll(poll, 0); err != nil || n == 0 {
			return false
		}
		n, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR)
		if err == nil && n != 0 {
			err = syscall.Errno(n)
		}
		result = err
		return true
	})
	if errors.Is(waited, os.ErrDeadlineExceeded) {
		return ctx.Err()
	}
	if waited != nil {
		return fmt.Errorf("wait: %w", waited)
	}
	return result
}
