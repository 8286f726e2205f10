package sandbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
)

// Process is a command inside. Its methods may be called from any goroutine.
type Process struct {
	args     []string
	pid      int // on the host
	inside   int // as it sees itself
	started  chan error
	pidfd    *os.File
	terminal *os.File
	micro    int64
	status   Status
	err      error
	done     chan struct{}
}

// PID is the process's number on the host, 0 when it had ended before it could
// be asked.
func (p *Process) PID() int { return p.pid }

// Inside is the process's number as the sandbox's init sees it.
func (p *Process) Inside() int { return p.inside }

// Microseconds is how long the init took to start it.
func (p *Process) Microseconds() int64 { return p.micro }

// Terminal is the other side of the command's terminal, nil without one. It
// is the process's: closed by Release or by the sandbox's Close. Reading gives
// EIO when the last process on the terminal is gone.
func (p *Process) Terminal() *os.File { return p.terminal }

// Done is closed when the command has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Wait waits for the end of the command. The error tells that its end is not
// known, because ctx ended or the sandbox is gone.
func (p *Process) Wait(ctx context.Context) (Status, error) {
	select {
	case <-p.done:
		return p.status, p.err
	case <-ctx.Done():
		return Status{}, ctx.Err()
	}
}

// Signal sends a signal to the command, and to no other process, whoever may
// have its number by now; pidfd_send_signal(2).
func (p *Process) Signal(sig syscall.Signal) error {
	select {
	case <-p.done:
		return os.ErrProcessDone
	default:
	}
	if err := p.send(sig); errors.Is(err, os.ErrClosed) {
		return os.ErrProcessDone
	} else if err != nil {
		return &Error{Op: "signal " + sig.String() + " to process", Target: strconv.Itoa(p.pid), Err: err}
	}
	return nil
}

// send keeps the pidfd open while it is used: its number may be another's next.
func (p *Process) send(sig syscall.Signal) error {
	raw, err := p.pidfd.SyscallConn()
	if err != nil {
		return err
	}
	var sendErr error
	if err := raw.Control(func(fd uintptr) { sendErr = unix.PidfdSendSignal(int(fd), sig, nil, 0) }); err != nil {
		return err
	}
	return sendErr
}

// Resize tells the command's terminal its new size.
func (p *Process) Resize(s Size) error {
	if p.terminal == nil {
		return nil
	}
	raw, err := p.terminal.SyscallConn()
	if err != nil {
		return err
	}
	var setErr error
	err = raw.Control(func(fd uintptr) {
		setErr = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Row: s.Rows, Col: s.Cols})
	})
	return errors.Join(err, setErr)
}

// Release closes the terminal. The command gets SIGHUP, as when a window is
// closed.
func (p *Process) Release() {
	if p.terminal != nil {
		p.terminal.Close()
	}
}

// Environment is what commands inside find set when they bring none.
func (s *Sandbox) Environment() []string { return append([]string(nil), s.env...) }

// Start starts a command inside. The error is a *CommandError, which wraps
// fs.ErrNotExist when there is no such program and fs.ErrPermission when it
// may not be executed, or tells that the sandbox has ended.
func (s *Sandbox) Start(ctx context.Context, c Command) (*Process, error) {
	p, err := s.request(c)
	if err != nil {
		return nil, err
	}
	return p, s.await(ctx, p)
}

func newProcess(c Command) *Process {
	return &Process{args: c.Args, started: make(chan error, 1), done: make(chan struct{})}
}

// request asks the init for a command. The answer comes to p.started.
func (s *Sandbox) request(c Command) (*Process, error) {
	if len(c.Args) == 0 {
		return nil, &UsageError{What: "command", Why: "there is none"}
	}
	p := newProcess(c)
	run := proto.Run{Args: c.Args, Env: c.Env, Dir: c.directory(), User: c.User, Tool: c.tool, Program: c.Program != nil}
	var fds []int
	if c.Terminal != nil {
		run.Terminal = &proto.Size{Rows: c.Terminal.Rows, Cols: c.Terminal.Cols}
	} else {
		null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
		if err != nil {
			return nil, err
		}
		defer null.Close()
		for _, f := range []*os.File{c.Stdin, c.Stdout, c.Stderr} {
			if f == nil {
				f = null
			}
			fds = append(fds, int(f.Fd()))
		}
	}
	if c.Program != nil {
		fds = append(fds, int(c.Program.Fd()))
	}
	if err := s.register(&run, p); err != nil {
		return nil, err
	}
	err := s.conn.Send(proto.KindRun, &run, fds...)
	runtime.KeepAlive(c) // its files, while their descriptors are used
	if err != nil {
		s.forget(run.ID)
		if errors.Is(err, unix.EPIPE) || errors.Is(err, unix.ECONNRESET) || errors.Is(err, os.ErrClosed) {
			return nil, s.over()
		}
		return nil, explain("send to", s.plan.Name, err)
	}
	return p, nil
}

// register gives a command its number in the conversation.
func (s *Sandbox) register(run *proto.Run, p *Process) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.gone:
		return s.over()
	default:
	}
	s.nextID++
	run.ID = s.nextID
	s.commands[run.ID] = p
	return nil
}

// await waits until the command runs. A caller that does not wait leaves it
// registered: it dies with the sandbox.
func (s *Sandbox) await(ctx context.Context, p *Process) error {
	select {
	case err := <-p.started:
		return err
	case <-s.gone:
		return s.over()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Hold starts a process inside that does nothing until the sandbox is closed:
// somebody to look at when no command runs.
func (s *Sandbox) Hold(ctx context.Context) (*Process, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	p, err := s.Start(ctx, Command{Args: []string{proto.ToolName, "hold"}, Stdin: r, tool: true})
	if err != nil {
		w.Close()
		return nil, err
	}
	go func() { <-p.done; w.Close() }()
	return p, nil
}

func (s *Sandbox) over() error {
	return &Error{Op: "use sandbox", Target: s.plan.Name, Err: errors.New("it has ended"), Remedy: "start it again"}
}

func (s *Sandbox) forget(id int) *Process {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.commands[id]
	delete(s.commands, id)
	return p
}

// onStarted takes the descriptors of a command that runs now.
func (s *Sandbox) onStarted(m proto.Started, fds []int) {
	s.mu.Lock()
	p := s.commands[m.ID]
	s.mu.Unlock()
	if p == nil || len(fds) == 0 || p.pidfd != nil {
		closeAll(fds) // an answer nobody waits for
		return
	}
	p.inside, p.micro = m.PID, m.Microseconds
	p.pidfd = os.NewFile(uintptr(fds[0]), "pidfd")
	p.pid = pidOf(fds[0])
	awaitReadable(p.pid)
	if len(fds) > 1 {
		unix.SetNonblock(fds[1], true) // reads wait in the poller and end with Close
		p.terminal = os.NewFile(uintptr(fds[1]), "terminal")
		s.mu.Lock()
		s.terminals = append(s.terminals, p.terminal)
		s.mu.Unlock()
	}
	s.executedFirst(p, m)
	p.started <- nil
}

// executedFirst records what the first command did to itself before it ran.
// Those after it do the same.
func (s *Sandbox) executedFirst(p *Process, m proto.Started) {
	s.mu.Lock()
	first := !s.executed
	s.executed = true
	s.mu.Unlock()
	if !first {
		return
	}
	for i, index := range m.Operations {
		if i < len(m.Took) {
			s.note(index, m.Took[i], nil)
		}
	}
	s.observe(Done{Operation: op.Execute{Args: p.args}, Microseconds: m.Microseconds})
}

// pidOf reads the host's number of the process a pidfd stands for;
// pidfd_open(2), /proc/PID/fdinfo.
func pidOf(fd int) int {
	f, err := os.Open(fmt.Sprintf("/proc/self/fdinfo/%d", fd))
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if v, ok := strings.CutPrefix(lines.Text(), "Pid:"); ok {
			pid, _ := strconv.Atoi(strings.TrimSpace(v))
			return max(pid, 0) // -1: it has ended already
		}
	}
	return 0
}

// awaitReadable waits until an ordinary user may read all of /proc/PID. The
// kernel closes descriptors on execve(2), which is what tells that the command
// runs, a moment before it makes the process dumpable; until then it is as
// closed to others as the init it comes from. A program that stays so (setuid,
// or with file capabilities) costs the whole wait, once.
func awaitReadable(pid int) {
	const (
		enough = 50 * time.Millisecond
		pause  = 50 * time.Microsecond
	)
	link := fmt.Sprintf("/proc/%d/ns/mnt", pid)
	for end := time.Now().Add(enough); time.Now().Before(end); time.Sleep(pause) {
		if _, err := os.Readlink(link); !errors.Is(err, fs.ErrPermission) {
			return
		}
	}
}

func (s *Sandbox) onRefused(m proto.Refused) {
	p := s.forget(m.ID)
	if p == nil {
		return
	}
	cause := errors.New(m.Text)
	if m.Errno != 0 {
		cause = syscall.Errno(m.Errno)
	}
	if m.Op != "" {
		err := explain(m.Op, "", cause)
		s.note(m.Operation, 0, err)
		p.started <- err
		return
	}
	p.started <- &CommandError{Name: p.args[0], Err: cause}
}

func (s *Sandbox) onExited(m proto.Exited) {
	if p := s.forget(m.ID); p != nil {
		p.end(Status{Code: m.Status, Signal: m.Signal}, nil)
	}
}

func (p *Process) end(status Status, err error) {
	p.status, p.err = status, err
	close(p.done)
	if p.pidfd != nil {
		p.pidfd.Close()
	}
}

func closeAll(fds []int) {
	for _, fd := range fds {
		unix.Close(fd)
	}
}
