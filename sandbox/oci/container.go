package oci

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// container is one of a runtime's.
type container struct {
	runtime
	path   string // of the runtime's program
	spec   sandbox.Spec
	host   *sandbox.Sandbox
	bundle *bundle
	life   *os.File // standard input of the first process
	frozen atomic.Bool
	limit  time.Duration // on each of the runtime's commands

	mu         sync.Mutex
	transcript []sandbox.Done
	programs   []placed
	started    int
	closed     bool
}

var (
	_ experiment.Subject = (*container)(nil)
	_ experiment.Resting = (*container)(nil)
)

// Open creates and starts a container of the runtime of that name. The error
// wraps sandbox.ErrNotSupported when the runtime or this machine cannot.
func Open(ctx context.Context, name string, spec sandbox.Spec) (experiment.Subject, error) {
	c, err := newContainer(name, spec)
	if err != nil {
		return nil, err
	}
	if err := c.raise(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// newContainer is one that nothing has been done for yet.
func newContainer(name string, spec sandbox.Spec) (*container, error) {
	r, err := find(name)
	if err != nil {
		return nil, err
	}
	c := &container{runtime: r, spec: spec, limit: patience, transcript: []sandbox.Done{}}
	if c.path, err = r.path(); err != nil {
		return nil, err
	}
	return c, r.check(spec)
}

// check refuses what this kind cannot do.
func (r runtime) check(spec sandbox.Spec) error {
	const remedy = "leave it out, or use a sandbox"
	switch {
	case spec.Root != "" && spec.Root != sandbox.RootTiny:
		return r.cannot("change the root of", "it is started on tentpole's tiny root, and on no other", remedy)
	case len(spec.Publish) > 0:
		return r.cannot("publish ports with", "a runtime has no words for it", remedy)
	case len(spec.Join) > 0:
		return r.cannot("join sandboxes with", "only tentpole finds its own sandboxes", remedy)
	case spec.Network == network.KindBridge:
		return r.cannot("lay a cable with", "a runtime leaves the network to others", remedy)
	case r.kernel && !spec.Limits.IsZero():
		return r.cannot("limit", "its cgroups are left out here: it does not know those of a hybrid machine", remedy)
	}
	return nil
}

// raise does all of it; what it has made by then, Close ends.
func (c *container) raise(ctx context.Context) error {
	if err := c.furnish(ctx); err != nil {
		return err
	}
	if err := c.create(ctx); err != nil {
		return err
	}
	return c.command(ctx, nil, nil, "start", c.id())
}

// furnish makes the sandbox that the runtime works in, and the bundle.
func (c *container) furnish(ctx context.Context) (err error) {
	layers := sandbox.Set(sandbox.Mount)
	if os.Geteuid() != 0 {
		layers = 0 // it would take a user namespace, from which a runtime could map nobody
	}
	if c.host, err = sandbox.Open(ctx, sandbox.Spec{Layers: layers}, sandbox.Options{}); err != nil {
		return err
	}
	if c.bundle, err = c.makeBundle(ctx, c.spec); err != nil {
		return err
	}
	return c.prepare(ctx)
}

// id is the container's name for its runtime.
func (c *container) id() string { return "tentpole-" + c.host.Name() }

// prepare makes the root, and in it the place where programs are shown: root
// inside may not.
func (c *container) prepare(ctx context.Context) error {
	line := "cd " + c.bundle.dir + " && " + c.bundle.prepare + " && mkdir -p rootfs" + programsInside
	if c.writes != nil && c.spec.Upper == sandbox.UpperDisk {
		// It lays a tmpfs over a /tmp that is empty.
		line += " && : > rootfs/tmp/.not-empty"
	}
	if c.hides && hybrid() && os.Geteuid() == 0 {
		line = "mount -t tmpfs tmpfs " + unified + " && " + line
	}
	return c.do(ctx, []string{"sh", "-c", line}, nil, nil)
}

// unified is where a hybrid machine has the v2 tree.
const unified = "/sys/fs/cgroup/unified"

func hybrid() bool {
	_, err := os.Stat(unified)
	return err == nil
}

// create makes the container with its first process, and hears that it is there
// once it is started.
func (c *container) create(ctx context.Context) error {
	exe, args, err := experiment.First()
	if err != nil {
		return err
	}
	place, err := c.place(exe, args[0])
	if err != nil {
		return err
	}
	if err := c.bundle.write(c.bundle.process(args, place)); err != nil {
		return err
	}
	in, life, err := os.Pipe()
	if err != nil {
		return err
	}
	defer in.Close()
	c.life = life
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	if _, err := fmt.Fprintln(life, "null"); err != nil {
		return err
	}
	return c.command(ctx, in, null, "create", "--bundle", c.bundle.dir, "--pid-file", c.firstFile(), c.id())
}

// firstFile holds the host's number of the first process.
func (c *container) firstFile() string { return path.Join(c.bundle.dir, "first.pid") }

// line is a command line of the runtime's.
func (c *container) line(args ...string) []string {
	line := append([]string{c.path, "--root", c.bundle.state()}, c.global...)
	if c.spec.Upper == sandbox.UpperDisk {
		line = append(line, c.writes...)
	}
	return append(line, args...)
}

// logging is a command line whose complaints go to a file: what it runs has
// standard error.
func (c *container) logging(file string, args ...string) []string {
	line := c.line(args...)
	return append([]string{line[0], "--log", file}, line[1:]...)
}

// command runs a command of the runtime's.
func (c *container) command(ctx context.Context, in, out *os.File, args ...string) error {
	return c.do(ctx, c.line(args...), in, out)
}

// do runs a program to its end, and notes it.
func (c *container) do(ctx context.Context, args []string, in, out *os.File) error {
	begin := time.Now()
	a, err := call(ctx, c.host, c.limit, args, in, out)
	switch {
	case errors.Is(err, errSilent):
		err = c.cannot("wait for", fmt.Sprintf("it has not come to an end within %v", c.limit), "try it by hand: "+typed(args))
	case err == nil && a.code != 0:
		err = c.cannot("have it done: "+path.Base(args[0]), fmt.Sprintf("status %d, %s", a.code, short(a.errors+" "+a.out)), "try it by hand: "+typed(args))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.transcript = append(c.transcript, sandbox.Done{Operation: step(args), Microseconds: time.Since(begin).Microseconds(), Err: err})
	return err
}

func (c *container) Describe() experiment.Description {
	p := c.bundle.plan
	return experiment.Description{Kind: c.name, Layers: p.Layers, Root: p.Root, Rootless: p.Rootless}
}

func (c *container) Create(ctx context.Context, path, content string) (experiment.Canary, error) {
	return experiment.CreateByAct(ctx, c, path, content)
}

// Caught is in the bundle's upper directory, or in its root where that is a
// copy. What gVisor writes down by itself has no names.
func (c *container) Caught(file string) string {
	if c.writes != nil && c.spec.Upper != sandbox.UpperDisk || c.spec.Upper == sandbox.UpperMemory {
		return ""
	}
	for _, m := range c.bundle.config.Mounts {
		if file == m.Destination || len(file) > len(m.Destination) && file[:len(m.Destination)+1] == m.Destination+"/" {
			return ""
		}
	}
	if c.bundle.plan.Rootless {
		return path.Join(c.bundle.dir, "rootfs", file)
	}
	return path.Join(c.bundle.dir, "upper", file)
}

func (c *container) Facts(ctx context.Context, p experiment.Process) (facts.Facts, error) {
	return experiment.FactsOf(ctx, c, p)
}

// AtRest is all that the runtime has left running: the first process, and with
// gVisor its kernel. The sandbox's init is not among them: it is tentpole's.
func (c *container) AtRest() ([]int, error) { return experiment.Descendants(c.host.InitPID()), nil }

func (c *container) Transcript() []sandbox.Done {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]sandbox.Done{}, c.transcript...)
}

func (c *container) Another(ctx context.Context, change func(*sandbox.Spec)) (experiment.Subject, error) {
	spec := c.spec
	if spec.Layers == 0 {
		spec.Layers = c.bundle.plan.Layers
	}
	spec.Name = ""
	change(&spec)
	return Open(ctx, c.name, spec)
}

// Close has the runtime delete the container, and ends what is left of it.
func (c *container) Close() error {
	c.mu.Lock()
	first := !c.closed
	c.closed = true
	c.mu.Unlock()
	if !first {
		return nil
	}
	var errs []error
	if c.life != nil {
		// A container that was never created cannot be deleted: that it is gone is
		// seen to by the sandbox.
		_ = c.command(context.Background(), nil, nil, "delete", "--force", c.id())
		errs = append(errs, c.life.Close())
	}
	if c.host != nil {
		errs = append(errs, c.host.Close())
	}
	if c.bundle != nil {
		errs = append(errs, c.bundle.close())
	}
	return errors.Join(errs...)
}
