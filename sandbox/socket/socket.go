// Package socket opens Unix sockets by paths of any length. The kernel takes a
// short one only, sun_path in unix(7), and a directory for state may lie deep.
package socket

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
)

// Listen listens at a path. The file goes with the listener.
func Listen(path string) (net.Listener, error) {
	var l *net.UnixListener
	err := shortly(path, func(short string) (err error) {
		l, err = net.ListenUnix("unix", &net.UnixAddr{Name: short, Net: "unix"})
		return err
	})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false) // it knows the short path only, which may be another's by then
	return &listener{UnixListener: l, path: path}, nil
}

// listener removes its file by the path that it was asked for.
type listener struct {
	*net.UnixListener
	path   string
	remove sync.Once
}

func (l *listener) Close() error {
	l.remove.Do(func() { os.Remove(l.path) })
	return l.UnixListener.Close()
}

// Dial connects to whoever listens at a path.
func Dial(ctx context.Context, path string) (conn net.Conn, err error) {
	err = shortly(path, func(short string) (err error) {
		conn, err = new(net.Dialer).DialContext(ctx, "unix", short)
		return err
	})
	return conn, err
}

// shortly calls do with a path that the kernel takes. An error tells of the one
// that was asked for.
func shortly(path string, do func(short string) error) error {
	if len(path) <= Most {
		return do(path)
	}
	err := throughDirectory(path, do)
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		op.Addr = &net.UnixAddr{Name: path, Net: "unix"}
	}
	return err
}

// tooLong is the answer where there is no shorter way.
func tooLong(path string) error {
	return fmt.Errorf("%s: the path of a Unix socket has at most %d bytes (unix(7)), this one has %d: choose a directory with a shorter name", path, Most, len(path))
}
