package vm

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/yamux"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/sandbox/internal/descriptors"
	"github.com/tentpole-labs/tentpole/sandbox/vm/guest"
)

// process is a command in the machine.
type process struct {
	inside  int
	control *yamux.Stream
	lines   *guest.Lines
	say     sync.Mutex
	done    chan struct{}
	status  sandbox.Status
	err     error
}

var _ experiment.Process = (*process)(nil)

// Start starts a command in the machine.
func (m *Machine) Start(ctx context.Context, c experiment.Command) (experiment.Process, error) {
	if c.Terminal {
		return nil, &features.NotSupportedError{Feature: "a terminal in a virtual machine", Remedy: "use the files"}
	}
	r := guest.Run{Args: c.Args, User: c.User, Together: c.Stderr != nil && c.Stderr == c.Stdout}
	if c.Program != nil {
		var err error
		if r.Program, err = m.send(ctx, c.Program); err != nil {
			return nil, err
		}
	}
	control, lines, stdio, err := m.open(guest.Request{Run: &r}, 3)
	if err != nil {
		return nil, err
	}
	p := &process{control: control, lines: lines, done: make(chan struct{})}
	letGo := func() {
		for _, s := range append(stdio, control) {
			s.Close()
		}
	}
	a, err := m.hear(ctx, control, lines)
	if err == nil && a.PID == 0 {
		err = commandError(c, a)
	}
	if err != nil {
		letGo()
		return nil, err
	}
	p.inside = a.PID
	files, err := descriptors.Duplicate(c.Stdin, c.Stdout, c.Stderr)
	if err != nil {
		letGo()
		return nil, err
	}
	p.carry(m, files, stdio)
	return p, nil
}

func commandError(c experiment.Command, a guest.Answer) error {
	name := ""
	if len(c.Args) > 0 {
		name = c.Args[0]
	}
	err := refusal(a)
	if errors.Is(err, syscall.EACCES) {
		err = fs.ErrPermission
	}
	return &sandbox.CommandError{Name: name, Err: err}
}

// settle is how long what a command has said may take to come after its end;
// what it has started may go on for ever.
const settle = 2 * time.Second

// carry passes on what is said either way, and waits for the command's end.
func (p *process) carry(m *Machine, files []*os.File, stdio []*yamux.Stream) {
	go func() {
		if files[0] != nil {
			io.Copy(stdio[0], files[0])
		}
		stdio[0].Close()
	}()
	var said sync.WaitGroup
	for i := 1; i < len(files); i++ {
		said.Go(func() { p.hearOut(i, files[i], stdio[i]) })
	}
	heard := make(chan struct{})
	go func() { said.Wait(); close(heard) }()
	go func() {
		defer p.control.Close()
		p.await(m)
		if files[0] != nil {
			files[0].Close() // ends the copying; nobody reads it any more
		}
		select {
		case <-heard:
		case <-time.After(settle):
		}
		close(p.done)
	}()
}

// hearOut passes on what the command says, and lets it know when nobody listens.
func (p *process) hearOut(number int, to *os.File, from *yamux.Stream) {
	defer from.Close()
	if to != nil {
		_, err := io.Copy(to, from)
		to.Close()
		if err == nil {
			return
		}
		p.order(guest.Order{Closed: number})
	}
	io.Copy(io.Discard, from)
}

// await hears how the command ended. When the machine is gone, so is it.
func (p *process) await(m *Machine) {
	var a guest.Answer
	if err := p.lines.Hear(&a); err != nil || a.Ended == nil {
		p.err = m.over()
		return
	}
	p.status = sandbox.Status{Code: a.Ended.Code, Signal: a.Ended.Signal}
}

func (p *process) order(o guest.Order) error {
	p.say.Lock()
	defer p.say.Unlock()
	return p.lines.Say(o)
}

// PID is 0: the host has no number for a process of another kernel's.
func (p *process) PID() int              { return 0 }
func (p *process) Inside() int           { return p.inside }
func (p *process) Terminal() *os.File    { return nil }
func (p *process) Done() <-chan struct{} { return p.done }

func (p *process) Signal(s syscall.Signal) error {
	select {
	case <-p.done:
		return os.ErrProcessDone
	default:
	}
	if err := p.order(guest.Order{Signal: int(s)}); err != nil {
		return os.ErrProcessDone
	}
	return nil
}

func (p *process) Wait(ctx context.Context) (sandbox.Status, error) {
	select {
	case <-p.done:
		return p.status, p.err
	case <-ctx.Done():
		return sandbox.Status{}, ctx.Err()
	}
}
