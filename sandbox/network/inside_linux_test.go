package network

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// room is a network namespace with a process in it that makes sockets for
// others, as a sandbox's init does.
type room struct {
	cmd   *exec.Cmd
	netns *os.File
	mutex sync.Mutex // one question at a time
	line  *net.UnixConn
}

var _ Dialer = (*room)(nil)

// newRoom starts one. It ends with the test.
func newRoom(t testing.TB) *room {
	t.Helper()
	return startRoom(t, ownNamespace())
}

func startRoom(t testing.TB, attr *syscall.SysProcAttr) *room {
	t.Helper()
	ours, theirs := socketpair(t)
	cmd := again(roleInside)
	cmd.Stderr = os.Stderr
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.SysProcAttr = attr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	r := &room{cmd: cmd, line: ours}
	t.Cleanup(r.end)
	if _, err := r.ask("hello"); err != nil {
		t.Fatal(err)
	}
	var err error
	if r.netns, err = OpenNamespace(cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	return r
}

// end kills the process, and with it the namespace.
func (r *room) end() {
	r.line.Close()
	r.cmd.Process.Kill()
	r.cmd.Wait()
	if r.netns != nil {
		r.netns.Close()
	}
}

func socketpair(t testing.TB) (*net.UnixConn, *os.File) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := os.NewFile(uintptr(fds[0]), "ours"), os.NewFile(uintptr(fds[1]), "theirs")
	c, err := net.FileConn(ours)
	ours.Close()
	if err != nil {
		t.Fatal(err)
	}
	return c.(*net.UnixConn), theirs
}

// ask sends a question, and returns the descriptor that came with the answer.
func (r *room) ask(question string) (*os.File, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if _, err := r.line.Write([]byte(question)); err != nil {
		return nil, err
	}
	answer, rights := make([]byte, 512), make([]byte, unix.CmsgSpace(4))
	n, oob, _, _, err := r.line.ReadMsgUnix(answer, rights)
	if err != nil {
		return nil, err
	}
	var errno int
	if _, err := fmt.Sscanf(string(answer[:n]), "%d", &errno); err != nil {
		return nil, err
	}
	if errno != 0 {
		return nil, fmt.Errorf("%s inside: %w", question, syscall.Errno(errno))
	}
	if oob == 0 {
		return nil, nil
	}
	messages, err := unix.ParseSocketControlMessage(rights[:oob])
	if err != nil {
		return nil, err
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		return nil, err
	}
	unix.CloseOnExec(fds[0])
	return os.NewFile(uintptr(fds[0]), question), nil
}

// DialInside connects inside.
func (r *room) DialInside(_ context.Context, network, address string) (net.Conn, error) {
	f, err := r.ask("dial " + network + " " + address)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return net.FileConn(f)
}

// listen listens inside, until the test's end.
func (r *room) listen(t testing.TB, network, address string) net.Listener {
	t.Helper()
	f, err := r.ask("listen " + network + " " + address)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	l, err := net.FileListener(f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// dial connects inside, until the test's end.
func (r *room) dial(t testing.TB, network, address string) net.Conn {
	t.Helper()
	c, err := r.DialInside(context.Background(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// beInside answers questions on descriptor 3 until nobody is left to ask.
func beInside() {
	if err := loopbackUp(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	f := os.NewFile(3, "questions")
	c, err := net.FileConn(f)
	if err != nil {
		os.Exit(1)
	}
	f.Close()
	line := c.(*net.UnixConn)
	for question := make([]byte, 512); ; {
		n, err := line.Read(question)
		if err != nil || n == 0 {
			os.Exit(0)
		}
		answer(line, strings.Fields(string(question[:n])))
	}
}

func answer(line *net.UnixConn, words []string) {
	socket, err := makeSocket(words)
	var errno syscall.Errno
	switch {
	case err != nil && errors.As(err, &errno):
		fmt.Fprintf(line, "%d", int(errno))
	case err != nil:
		fmt.Fprintf(line, "%d", int(unix.ETIMEDOUT))
	case socket == nil:
		fmt.Fprint(line, "0")
	default:
		line.WriteMsgUnix([]byte("0"), unix.UnixRights(int(socket.Fd())), nil)
		socket.Close()
	}
}

func makeSocket(words []string) (*os.File, error) {
	switch words[0] {
	case "dial":
		d := net.Dialer{Timeout: dialPatience}
		c, err := d.Dial(words[1], words[2])
		if err != nil {
			return nil, err
		}
		defer c.Close()
		return c.(interface{ File() (*os.File, error) }).File()
	case "listen":
		l, err := net.Listen(words[1], words[2])
		if err != nil {
			return nil, err
		}
		defer l.Close()
		return l.(*net.TCPListener).File()
	}
	return nil, nil
}
