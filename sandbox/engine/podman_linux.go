package engine

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// servePodman starts `podman system service` at a socket in a directory of
// tentpole's own, and waits until it listens. It ends with the connection, or
// with this process: podman-system-service(1).
func servePodman(c *connection) error {
	dir, remove, err := sandbox.Scratch(os.Getegid())
	if err != nil {
		return err
	}
	c.socket = filepath.Join(dir, "podman.sock")
	s := &service{ended: make(chan struct{})}
	started := make(chan error)
	go s.run(exec.Command("podman", "system", "service", "--time=0", "unix://"+c.socket), started)
	if err := <-started; err != nil {
		return errors.Join(c.engine.trouble("", err), remove())
	}
	c.end = func() error { return errors.Join(s.stop(), remove()) }
	if err := s.listens(c.socket); err != nil {
		return errors.Join(c.engine.trouble(c.socket, err), c.end())
	}
	return nil
}

// service is a program that serves an engine's API for as long as it is wanted.
type service struct {
	command *exec.Cmd
	ended   chan struct{}
}

// run keeps to one thread: the parent-death signal is that of the thread that
// forked; PR_SET_PDEATHSIG(2const).
func (s *service) run(command *exec.Cmd, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(s.ended)
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM, Setpgid: true}
	err := command.Start()
	s.command = command
	started <- err
	if err == nil {
		command.Wait()
	}
}

var errEnded = errors.New("the service ended as soon as it was started")

// listens waits for the socket.
func (s *service) listens(socket string) error {
	deadline := time.After(patience)
	for {
		if _, err := os.Lstat(socket); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		select {
		case <-s.ended:
			return errEnded
		case <-deadline:
			return context.DeadlineExceeded
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (s *service) stop() error {
	s.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(patience):
		s.command.Process.Kill()
		<-s.ended
	}
	return nil
}
