package proto

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/wire"
)

// Conn is one end of the conversation. Receive belongs to one goroutine; Send
// may be called from any.
type Conn struct {
	file *os.File
	raw  syscall.RawConn
	send sync.Mutex
}

// Pair makes both ends. ours does not block the thread while it waits;
// theirs is blocking and is handed to the child.
func Pair() (ours *Conn, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("socketpair: %w", err)
	}
	theirs = os.NewFile(uintptr(fds[1]), "init")
	if err := unix.SetNonblock(fds[0], true); err != nil {
		unix.Close(fds[0])
		theirs.Close()
		return nil, nil, fmt.Errorf("socketpair: %w", err)
	}
	ours, err = Open(fds[0])
	if err != nil {
		unix.Close(fds[0])
		theirs.Close()
		return nil, nil, err
	}
	return ours, theirs, nil
}

// Open takes over a connected socket.
func Open(fd int) (*Conn, error) {
	f := os.NewFile(uintptr(fd), "conversation")
	if f == nil {
		return nil, fmt.Errorf("descriptor %d: %w", fd, unix.EBADF)
	}
	raw, err := f.SyscallConn()
	if err != nil {
		return nil, err
	}
	return &Conn{file: f, raw: raw}, nil
}

// Close ends the conversation; a Receive that waits returns an error.
func (c *Conn) Close() error { return c.file.Close() }

// End tells the other side that nothing more will be said; what it says can
// still be received.
func (c *Conn) End() error {
	var err error
	ctlErr := c.raw.Control(func(fd uintptr) { err = unix.Shutdown(int(fd), unix.SHUT_WR) })
	if ctlErr != nil {
		return ctlErr
	}
	return err
}

// Send writes one message, with descriptors that stay the caller's.
func (c *Conn) Send(kind string, body wire.Value, fds ...int) error {
	text := append(append(make([]byte, 0, 512), byte(len(kind))), kind...)
	text = append(text, wire.Encode(body)...)
	if len(text) > Limit {
		return fmt.Errorf("message %q of %d bytes: %w", kind, len(text), unix.E2BIG)
	}
	frame := append(binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(text)), uint32(len(text))), text...)
	var rights []byte
	if len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	c.send.Lock()
	defer c.send.Unlock()
	for len(frame) > 0 {
		n, err := c.write(frame, rights)
		if err != nil {
			return fmt.Errorf("send %q: %w", kind, err)
		}
		frame, rights = frame[n:], nil
	}
	return nil
}

func (c *Conn) write(p, rights []byte) (n int, err error) {
	waitErr := c.raw.Write(func(fd uintptr) bool {
		for {
			n, err = unix.SendmsgN(int(fd), p, rights, nil, unix.MSG_NOSIGNAL)
			if err != unix.EINTR {
				break
			}
		}
		return err != unix.EAGAIN
	})
	if waitErr != nil {
		return 0, waitErr
	}
	return n, err
}

// Receive waits for one message. The descriptors are the caller's to close.
// At the end of the conversation the error is io.EOF.
func (c *Conn) Receive() (Message, []int, error) {
	var header [4]byte
	fds, err := c.readFull(header[:])
	if err != nil {
		return Message{}, nil, err
	}
	size := binary.BigEndian.Uint32(header[:])
	if size > Limit {
		closeAll(fds)
		return Message{}, nil, fmt.Errorf("message of %d bytes: %w", size, unix.EMSGSIZE)
	}
	text := make([]byte, size)
	more, err := c.readFull(text)
	fds = append(fds, more...)
	if err != nil {
		closeAll(fds)
		return Message{}, nil, err
	}
	if len(text) == 0 || int(text[0]) >= len(text) {
		closeAll(fds)
		return Message{}, nil, fmt.Errorf("message without a kind: %w", unix.EBADMSG)
	}
	end := 1 + int(text[0])
	return Message{Kind: string(text[1:end]), body: text[end:]}, fds, nil
}

// maxDescriptors is the kernel's SCM_MAX_FD: no message carries more.
const maxDescriptors = 253

func (c *Conn) readFull(p []byte) (fds []int, err error) {
	for len(p) > 0 {
		n, got, err := c.read(p)
		fds = append(fds, got...)
		if err == nil && n == 0 {
			err = io.EOF
		}
		if err != nil {
			closeAll(fds)
			return nil, err
		}
		p = p[n:]
	}
	return fds, nil
}

func (c *Conn) read(p []byte) (n int, fds []int, err error) {
	control := make([]byte, unix.CmsgSpace(maxDescriptors*4))
	var used, flags int
	waitErr := c.raw.Read(func(fd uintptr) bool {
		for {
			n, used, flags, _, err = unix.Recvmsg(int(fd), p, control, unix.MSG_CMSG_CLOEXEC)
			if err != unix.EINTR {
				break
			}
		}
		return err != unix.EAGAIN
	})
	if waitErr != nil {
		return 0, nil, waitErr
	}
	if err != nil || used == 0 {
		return n, nil, err
	}
	fds, err = rights(control[:used])
	if err == nil && flags&unix.MSG_CTRUNC != 0 {
		err = fmt.Errorf("descriptors: %w", unix.EMSGSIZE)
	}
	return n, fds, err
}

func rights(control []byte) ([]int, error) {
	parts, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return nil, err
	}
	var fds []int
	for _, part := range parts {
		got, err := unix.ParseUnixRights(&part)
		if err != nil {
			continue // not descriptors
		}
		fds = append(fds, got...)
	}
	return fds, nil
}

func closeAll(fds []int) {
	for _, fd := range fds {
		unix.Close(fd)
	}
}
