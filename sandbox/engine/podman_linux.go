package engine

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
	"github.com/tentpole-labs/tentpole/sandbox/socket"
)

// servePodman starts `podman system service` at a socket in a directory of
// tentpole's own, and waits until it listens. It ends with the connection, or
// with this process: podman-system-service(1).
func servePodman(ctx context.Context, c *connection) error {
	dir, remove, err := sandbox.Scratch(os.Getegid())
	if err != nil {
		return err
	}
	c.socket = filepath.Join(dir, "podman.sock")
	if len(c.socket) > socket.Most { // Podman opens it by this path
		return errors.Join(c.engine.trouble(c.socket, errDeep), remove())
	}
	s := &service{ended: make(chan struct{})}
	started := make(chan error)
	// Podman leaves what it took in for an image where TMPDIR says.
	environment := append(os.Environ(), "TMPDIR="+dir)
	go s.run([]string{"podman", "system", "service", "--time=0", "unix://" + c.socket}, environment, started)
	if err := <-started; err != nil {
		return errors.Join(c.engine.trouble("", err), remove())
	}
	c.end = func() error { return errors.Join(s.stop(), remove()) }
	if err := s.listens(ctx, c.socket); err != nil {
		return errors.Join(c.engine.trouble(c.socket, err), c.end())
	}
	return nil
}

// service is a program that serves an engine's API for as long as it is wanted.
type service struct {
	pid   int
	pidfd int
	ended chan struct{}
}

// run keeps to one thread: the parent-death signal is that of the thread that
// forked; PR_SET_PDEATHSIG(2const).
func (s *service) run(args, environment []string, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(s.ended)
	err := s.fork(args, environment)
	started <- err
	if err != nil {
		return
	}
	defer unix.Close(s.pidfd)
	retried(func() error { return unix.Waitid(unix.P_PID, s.pid, nil, unix.WEXITED|unix.WNOWAIT, nil) })
	// An ordinary user's podman is two processes. The second does not always hear
	// that the first has ended. The number of the group is nobody else's before the
	// first is waited for.
	unix.Kill(-s.pid, unix.SIGKILL)
	retried(func() error { _, err := unix.Wait4(s.pid, nil, 0, nil); return err })
}

// retried does something until no signal interrupts it.
func retried(do func() error) {
	for do() == unix.EINTR {
	}
}

// fork starts the service in a process group of its own, and as a subreaper: each container has a monitor that
// leaves its parent, and comes to the service then. This process takes whatever
// comes to it for what a killed sandbox has left; prctl(2),
// PR_SET_CHILD_SUBREAPER.
func (s *service) fork(args, environment []string) error {
	path, err := exec.LookPath(args[0])
	if err != nil {
		return err
	}
	nothing, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer nothing.Close()
	p, err := fork.New()
	if err != nil {
		return err
	}
	defer p.Close()
	for fd := range uintptr(3) {
		p.Add(fork.Call{Number: unix.SYS_DUP3, Args: [6]uintptr{nothing.Fd(), fd}, Name: "dup3"})
	}
	p.Add(fork.Call{Number: unix.SYS_SETPGID, Name: "setpgid"},
		fork.Call{Number: unix.SYS_PRCTL, Args: [6]uintptr{unix.PR_SET_CHILD_SUBREAPER, 1}, Name: "prctl PR_SET_CHILD_SUBREAPER"},
		fork.Call{Number: unix.SYS_PRCTL, Args: [6]uintptr{unix.PR_SET_PDEATHSIG, uintptr(unix.SIGTERM)}, Name: "prctl PR_SET_PDEATHSIG"})
	if err := p.Exec(path, args, environment); err != nil {
		return err
	}
	s.pid, s.pidfd, err = p.Start(-1)
	return err
}

var errEnded = errors.New("the service ended as soon as it was started")

// listens waits until somebody answers at the socket.
func (s *service) listens(ctx context.Context, socket string) error {
	ctx, cancel := context.WithTimeout(ctx, servicePatience)
	defer cancel()
	for {
		conn, err := net.Dial("unix", socket)
		if err == nil {
			return conn.Close()
		}
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, unix.ECONNREFUSED) {
			return err
		}
		select {
		case <-s.ended:
			return errEnded
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// servicePatience is how long a service may take to start on a busy machine.
const servicePatience = 20 * time.Second

func (s *service) stop() error {
	for _, signal := range []unix.Signal{unix.SIGTERM, unix.SIGKILL} {
		unix.PidfdSendSignal(s.pidfd, signal, nil, 0)
		select {
		case <-s.ended:
			return nil
		case <-time.After(patience):
		}
	}
	return &sandbox.Error{Op: "end", Target: "podman system service", Err: os.ErrDeadlineExceeded, Remedy: "it waits for the kernel: see ps"}
}
