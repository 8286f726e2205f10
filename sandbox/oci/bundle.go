package oci

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path"
	"slices"

	"github.com/opencontainers/runtime-spec/specs-go"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/export"
)

// bundle is a directory with a config.json and what it speaks of.
type bundle struct {
	dir     string
	plan    *sandbox.Plan
	config  specs.Spec
	prepare string       // what a shell does in it before there is a root
	ungroup func() error // removes the container's cgroups; nil without any
	remove  func() error
}

// programsInside is where the directory of programs shows inside, to be read
// and executed.
const programsInside = "/run/tentpole"

// layers are those that the runtime makes of what is asked for; of nothing that
// is asked for they are all.
func (r runtime) layers(asked sandbox.LayerSet) sandbox.LayerSet {
	if asked == 0 {
		for _, l := range sandbox.Layers() {
			asked = asked.With(l.Name)
		}
	}
	return asked&^r.lacks | sandbox.Set(sandbox.Mount, sandbox.Root)
}

// plan is what the container is to be.
func (r runtime) plan(spec sandbox.Spec) (*sandbox.Plan, error) {
	spec.Root = sandbox.RootTiny
	spec.Layers, spec.Partial = r.layers(spec.Layers), true
	spec.Access = sandbox.Access{}
	if r.writes != nil {
		spec.Upper = "" // the runtime's flags say so
	}
	m, err := sandbox.Look()
	if err != nil {
		return nil, err
	}
	return sandbox.NewPlan(spec, m)
}

// makeBundle makes the directory. Whatever it has made by then, remove removes.
func (r runtime) makeBundle(ctx context.Context, spec sandbox.Spec) (b *bundle, err error) {
	b = &bundle{remove: func() error { return nil }}
	if b.plan, err = r.plan(spec); err != nil {
		return b, err
	}
	if _, err := sandbox.TinyRoot(); err != nil {
		return b, err
	}
	dir, remove, err := sandbox.Scratch(b.plan.Group())
	if err != nil {
		return b, err
	}
	b.dir, b.remove = dir, remove
	if err := b.export(ctx, r); err != nil {
		return b, err
	}
	for _, sub := range []string{b.programs(), b.state()} {
		if err := os.Mkdir(sub, 0o755); err != nil {
			return b, err
		}
	}
	return b, nil
}

func (b *bundle) programs() string { return path.Join(b.dir, "programs") }

// state is the runtime's own directory.
func (b *bundle) state() string { return path.Join(b.dir, "state") }

// export has package export write the config.json, and adds what the container's
// place among others is.
func (b *bundle) export(ctx context.Context, r runtime) error {
	here, err := export.Look(ctx)
	if err != nil {
		return err
	}
	e, err := export.As(export.OCI, b.plan, here, nil)
	if err != nil {
		return err
	}
	b.prepare = e.Prepare
	if err := json.Unmarshal([]byte(e.Text), &b.config); err != nil {
		return err
	}
	b.config.Mounts = append(b.config.Mounts, specs.Mount{Destination: programsInside, Type: "bind", Source: b.programs(),
		Options: []string{"bind", "ro", "nosuid", "nodev"}})
	if r.kernel {
		b.leaveKernelOut()
	}
	if b.plan.Rootless || r.kernel {
		return nil // it makes no cgroups
	}
	b.config.Linux.CgroupsPath, b.ungroup, err = sandbox.ScratchGroups(ctx, b.dir)
	return err
}

// leaveKernelOut leaves out what is the host kernel's: another has its own.
func (b *bundle) leaveKernelOut() {
	b.config.Mounts = slices.DeleteFunc(b.config.Mounts, func(m specs.Mount) bool { return m.Destination == "/sys/fs/cgroup" })
	b.config.Linux.Resources = nil
}

// write writes the config.json with the first process.
func (b *bundle) write(first specs.Process) error {
	config := b.config
	config.Process = &first
	return writeJSON(path.Join(b.dir, "config.json"), config)
}

func writeJSON(file string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o644)
}

// process is one of the container's, like the config's but for what it runs. Its
// program lies in a directory of its own, which comes first in PATH.
func (b *bundle) process(args []string, place string) specs.Process {
	p := *b.config.Process
	p.Args, p.Env = args, slices.Clone(p.Env)
	for i, v := range p.Env {
		if rest, ok := cutPath(v); ok && place != "" {
			p.Env[i] = "PATH=" + place + ":" + rest
		}
	}
	return p
}

func cutPath(variable string) (value string, ok bool) {
	const key = "PATH="
	if len(variable) < len(key) || variable[:len(key)] != key {
		return "", false
	}
	return variable[len(key):], true
}

// close removes all of it, when nothing runs from it any more.
func (b *bundle) close() error {
	var err error
	if b.ungroup != nil {
		err = b.ungroup()
	}
	return errors.Join(err, b.remove())
}
