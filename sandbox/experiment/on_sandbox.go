package experiment

import (
	"context"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// On makes a sandbox a subject. Closing the subject closes the sandbox.
func On(s *sandbox.Sandbox) Subject { return onSandbox{s} }

type onSandbox struct{ *sandbox.Sandbox }

var _ Subject = onSandbox{}

func (o onSandbox) Describe() Description {
	p := o.Plan()
	return Description{Kind: "sandbox", Layers: p.Layers, Root: p.Root, Rootless: p.Rootless}
}

func (o onSandbox) Start(ctx context.Context, c Command) (Process, error) {
	run := sandbox.Command{Args: c.Args, Program: c.Program, User: c.User, Stdin: c.Stdin, Stdout: c.Stdout, Stderr: c.Stderr}
	if c.Terminal {
		run.Terminal = &sandbox.Size{Rows: 24, Cols: 80}
	}
	p, err := o.Sandbox.Start(ctx, run)
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (o onSandbox) Create(ctx context.Context, path, content string) (Canary, error) {
	f, err := o.Sandbox.Create(ctx, path, content)
	if err != nil {
		return nil, err
	}
	return canary{f}, nil
}

func (o onSandbox) Caught(path string) string { return o.Plan().Caught(path) }

func (o onSandbox) Facts(ctx context.Context, p Process) (facts.Facts, error) {
	return o.Sandbox.Facts(ctx, p.PID())
}

// Another leaves out what another sandbox cannot have as well: the name, and
// ports of the host's.
func (o onSandbox) Another(ctx context.Context, change func(*sandbox.Spec)) (Subject, error) {
	spec := o.Plan().Spec
	spec.Name, spec.Publish = "", nil
	change(&spec)
	return Raise(ctx, spec)
}

type canary struct{ *sandbox.File }

func (c canary) Made() sandbox.Identity { return c.Identity }
