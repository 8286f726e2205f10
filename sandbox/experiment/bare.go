package experiment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// Bare runs commands as any program does: forked and executed, with nothing of
// tentpole's around them. It is what all others are compared with. What it starts
// ends with its standard input, or by itself.
func Bare() Subject { return bare{} }

// BareKind is what it is called; it is no kind of subject that can be chosen.
const BareKind = "plain"

type bare struct{}

func (bare) Describe() Description { return Description{Kind: BareKind, Root: sandbox.RootHost} }

func (bare) Start(_ context.Context, c Command) (Process, error) {
	if c.Program == nil || c.Terminal || c.User != "" {
		return nil, &sandbox.Error{Op: "start bare", Target: fmt.Sprint(c.Args), Err: sandbox.ErrNotSupported, Remedy: "run it in a sandbox"}
	}
	run := &exec.Cmd{Path: fmt.Sprintf("/proc/self/fd/%d", c.Program.Fd()), Args: c.Args}
	// An interface that holds no file is not nil.
	if c.Stdin != nil {
		run.Stdin = c.Stdin
	}
	if c.Stdout != nil {
		run.Stdout = c.Stdout
	}
	if c.Stderr != nil {
		run.Stderr = c.Stderr
	}
	if err := run.Start(); err != nil {
		return nil, &sandbox.Error{Op: "start", Target: "a plain process", Err: err}
	}
	p := &bareProcess{run: run, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		p.ended = run.Wait()
	}()
	return p, nil
}

func (b bare) Create(ctx context.Context, path, content string) (Canary, error) {
	return CreateByAct(ctx, b, path, content)
}

func (bare) Caught(string) string { return "" }

func (b bare) Facts(ctx context.Context, p Process) (facts.Facts, error) { return FactsOf(ctx, b, p) }

func (bare) Transcript() []sandbox.Done { return []sandbox.Done{} }

func (b bare) Another(context.Context, func(*sandbox.Spec)) (Subject, error) { return b, nil }

func (bare) Close() error { return nil }

// bareProcess is a child of tentpole's own.
type bareProcess struct {
	run   *exec.Cmd
	done  chan struct{}
	ended error // after done
}

func (p *bareProcess) PID() int                        { return p.run.Process.Pid }
func (p *bareProcess) Inside() int                     { return p.PID() }
func (p *bareProcess) Terminal() *os.File              { return nil }
func (p *bareProcess) Done() <-chan struct{}           { return p.done }
func (p *bareProcess) Signal(sig syscall.Signal) error { return p.run.Process.Signal(sig) }

func (p *bareProcess) Wait(ctx context.Context) (sandbox.Status, error) {
	select {
	case <-ctx.Done():
		return sandbox.Status{}, ctx.Err()
	case <-p.done:
	}
	var failed *exec.ExitError
	if p.ended != nil && !errors.As(p.ended, &failed) {
		return sandbox.Status{}, p.ended
	}
	const signalled = 128
	if w, ok := p.run.ProcessState.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return sandbox.Status{Code: signalled + int(w.Signal()), Signal: int(w.Signal())}, nil
	}
	return sandbox.Status{Code: p.run.ProcessState.ExitCode()}, nil
}
