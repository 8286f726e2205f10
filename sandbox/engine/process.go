package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/internal/descriptors"
)

// process is a command that was started in a container.
type process struct {
	container *container
	exec      string
	stream    *stream
	pid       int // 0 when it is not known on this machine
	inside    int
	handle    *os.Process // nil without pid

	done   chan struct{}
	status sandbox.Status // after done
	err    error
}

// start starts a command and hands its files to it. The files stay the
// caller's: what is read and written here are copies.
func (c *container) start(ctx context.Context, given experiment.Command) (*process, error) {
	if given.Terminal {
		return nil, &sandbox.Error{Op: "give a terminal to", Target: given.Args[0], Err: sandbox.ErrNotSupported,
			Remedy: "ask the engine for one: " + c.engine.Name + " exec -it " + c.name + " sh"}
	}
	files, err := descriptors.Duplicate(given.Stdin, given.Stdout, given.Stderr)
	if err != nil {
		return nil, err
	}
	p := &process{container: c, done: make(chan struct{})}
	p.exec, p.stream, err = c.exec(ctx, given)
	if err != nil {
		descriptors.Close(files)
		return nil, err
	}
	state, err := c.execStarts(ctx, p.exec, given.Args[0], p.stream)
	if err != nil {
		descriptors.Close(files)
		p.stream.Close()
		return nil, err
	}
	p.identify(state.Pid)
	go p.feed(files[0])
	go p.run(files)
	return p, nil
}

// identify takes the engine's word for the process's number only when what this
// machine has under that number says that it is in the container: the engine may
// be in another pid namespace, or in a virtual machine.
func (p *process) identify(pid int) {
	if pid <= 0 {
		return
	}
	handle, err := os.FindProcess(pid)
	if err != nil {
		return
	}
	if !p.container.has(pid) {
		handle.Release()
		return
	}
	p.handle, p.pid, p.inside = handle, pid, innermost(pid)
}

// has tells whether a process of this machine's is in the container: its cgroup
// or its environment names it.
func (c *container) has(pid int) bool {
	group, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	if strings.Contains(string(group), c.id) {
		return true
	}
	environment, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	return strings.Contains("\x00"+string(environment), "\x00"+nameVariable+"="+c.name+"\x00")
}

// innermost is the number of a process in its own pid namespace; NSpid in
// proc_pid_status(5).
func innermost(pid int) int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, _ := strings.Cut(string(status), "\nNSpid:")
	line, _, _ := strings.Cut(rest, "\n")
	fields := strings.Fields(line)
	if len(fields) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(fields[len(fields)-1])
	return n
}

// feed gives the process its standard input, and ends it with the file's.
func (p *process) feed(in *os.File) {
	if in != nil {
		io.Copy(p.stream.UnixConn, in)
		p.stream.CloseWrite()
	}
}

// run gives out what the process says, and hears how it ended.
func (p *process) run(files []*os.File) {
	defer close(p.done)
	(&frames{from: p.stream}).copyTo(files[1], files[2])
	p.stream.Close()
	descriptors.Close(files)
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	state, err := p.container.execUntil(ctx, p.exec, execState.ended)
	if err != nil {
		p.status, p.err = sandbox.Status{Code: killed, Signal: int(syscall.SIGKILL)}, nil
		if !errors.Is(err, fs.ErrNotExist) { // the container is gone, and it with it
			p.err = err
		}
		return
	}
	p.status = statusOf(*state.ExitCode)
}

const killed = 128 + int(syscall.SIGKILL)

// statusOf takes what is beyond 128 for a signal, as the engines report them.
func statusOf(code int) sandbox.Status {
	s := sandbox.Status{Code: code}
	if code > 128 && code <= 128+64 {
		s.Signal = code - 128
	}
	return s
}

func (p *process) PID() int              { return p.pid }
func (p *process) Inside() int           { return p.inside }
func (p *process) Terminal() *os.File    { return nil }
func (p *process) Done() <-chan struct{} { return p.done }

func (p *process) Wait(ctx context.Context) (sandbox.Status, error) {
	select {
	case <-p.done:
		return p.status, p.err
	case <-ctx.Done():
		return sandbox.Status{}, ctx.Err()
	}
}

// Signal sends it from the host where that may be done, else by a command in the
// container.
func (p *process) Signal(sig syscall.Signal) error {
	select {
	case <-p.done:
		return os.ErrProcessDone
	default:
	}
	err := errors.ErrUnsupported
	if p.handle != nil {
		err = p.handle.Signal(sig)
	}
	if err == nil || errors.Is(err, os.ErrProcessDone) {
		return err
	}
	if p.inside == 0 {
		return &sandbox.Error{Op: "signal a command in", Target: p.container.name, Err: err, Remedy: "it ends with its container"}
	}
	kill, err := p.container.start(context.Background(), experiment.Command{Args: []string{"kill", "-" + strconv.Itoa(int(sig)), strconv.Itoa(p.inside)}})
	if err != nil {
		return err
	}
	_, err = kill.Wait(context.Background())
	return err
}
