package experiment

import (
	"context"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// On makes a sandbox a subject. The sandbox stays the caller's to close.
func On(s *sandbox.Sandbox) Subject { return onSandbox{s} }

type onSandbox struct{ *sandbox.Sandbox }

var _ Subject = onSandbox{}

func (o onSandbox) Describe() Description {
	p := o.Plan()
	return Description{Kind: "sandbox", Layers: p.Layers, Root: p.Root, Rootless: p.Rootless}
}

func (o onSandbox) Create(ctx context.Context, path, content string) (Canary, error) {
	f, err := o.Sandbox.Create(ctx, path, content)
	if err != nil {
		return nil, err
	}
	return canary{f}, nil
}

func (o onSandbox) Caught(path string) string { return o.Plan().Caught(path) }

func (o onSandbox) Facts(ctx context.Context, pid int) (facts.Facts, error) {
	return o.Sandbox.Facts(ctx, pid)
}

type canary struct{ *sandbox.File }

func (c canary) Made() sandbox.Identity { return c.Identity }
