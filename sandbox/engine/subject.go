package engine

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"path"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// Open makes a container of the engine's for the spec and returns it as a
// subject. What killed runs have left with the engine is removed first.
func (e *Engine) Open(ctx context.Context, spec sandbox.Spec) (experiment.Subject, error) {
	c, err := e.connect(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := c.sweep(ctx); err != nil {
		return nil, errors.Join(err, c.release())
	}
	s, err := c.open(ctx, spec)
	if err != nil {
		return nil, errors.Join(err, c.release())
	}
	return s, nil
}

// open makes a subject that has the connection from then on.
func (c *connection) open(ctx context.Context, spec sandbox.Spec) (*subject, error) {
	holder, err := experiment.Program()
	if err != nil {
		return nil, &sandbox.Error{Op: "put together", Target: "the program that holds a container", Err: err}
	}
	made, err := c.create(ctx, spec, holder)
	if err != nil {
		return nil, err
	}
	s := &subject{container: made, spec: spec}
	if s.found, err = c.inspect(ctx, made.id); err == nil {
		err = s.describe(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, made.remove())
	}
	return s, nil
}

// subject is a container of an engine's.
type subject struct {
	container   *container
	spec        sandbox.Spec
	found       found
	description experiment.Description
	first       int // its first process, as this machine numbers it; 0 when it does not
	closed      bool
}

var (
	_ experiment.Subject = (*subject)(nil)
	_ experiment.Resting = (*subject)(nil)
)

// describe reads from the first process what the engine raised.
func (s *subject) describe(ctx context.Context) error {
	s.description = experiment.Description{Kind: s.container.engine.Name, Root: s.spec.Root}
	if s.description.Root == "" {
		s.description.Root = sandbox.RootTiny
	}
	if !s.container.has(s.found.State.Pid) {
		s.description.Layers = raises
		return nil
	}
	s.first = s.found.State.Pid
	inside, err := facts.Read(ctx, s.first)
	if err != nil {
		return err
	}
	host, err := facts.Self(ctx)
	if err != nil {
		return err
	}
	s.description.Layers, _ = sandbox.Raised(facts.Compare(host, inside))
	s.description.Rootless = s.description.Layers.Has(sandbox.User) && os.Geteuid() != 0
	return nil
}

func (s *subject) Describe() experiment.Description { return s.description }

func (s *subject) Start(ctx context.Context, c experiment.Command) (experiment.Process, error) {
	p, err := s.container.start(ctx, c)
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (s *subject) Create(ctx context.Context, path, content string) (experiment.Canary, error) {
	return experiment.CreateByAct(ctx, s, path, content)
}

// Caught is below the upper directory of the container's overlay: what
// `docker inspect` calls UpperDir, whose name is diff. What a volume or a tmpfs
// covers is not caught.
func (s *subject) Caught(file string) string {
	upper := s.found.GraphDriver.Data["UpperDir"]
	for _, v := range s.spec.Volumes {
		if file == v.Target || strings.HasPrefix(file, v.Target+"/") {
			return ""
		}
	}
	for _, t := range s.spec.Tmpfs {
		if strings.HasPrefix(file, t.Target+"/") {
			return ""
		}
	}
	if upper == "" || s.first == 0 {
		return ""
	}
	return path.Join(upper, file)
}

func (s *subject) Facts(ctx context.Context, p experiment.Process) (facts.Facts, error) {
	return experiment.FactsOf(ctx, s, p)
}

// AtRest are the first process and the one that watches over it: containerd-shim,
// conmon. The engine's daemon is there for all containers.
func (s *subject) AtRest() ([]int, error) {
	if s.first == 0 {
		return nil, &experiment.CannotError{Reason: "the engine has its containers elsewhere, as in a virtual machine: this host knows of no process"}
	}
	return experiment.WithParent(s.first), nil
}

// Transcript is empty: the engine does not tell what it asked the kernel for.
func (s *subject) Transcript() []sandbox.Done { return []sandbox.Done{} }

// Published are the ports that the engine listens on for the container.
func (s *subject) Published() []network.Listening { return s.found.listening() }

// Addresses are the container's own, on the engine's networks.
func (s *subject) Addresses() []netip.Addr { return s.found.addresses() }

// Another shows change the layers that the engine raised, and tells the engine of
// them only when they are others afterwards.
func (s *subject) Another(ctx context.Context, change func(*sandbox.Spec)) (experiment.Subject, error) {
	spec, own := s.spec, s.description.Layers
	spec.Name, spec.Publish, spec.Layers = "", nil, own
	change(&spec)
	if spec.Layers == own {
		spec.Layers = s.spec.Layers
	}
	spec.Layers &^= own &^ raises // of these the engine is not told
	other, err := s.container.connection.share().open(ctx, spec)
	if err != nil {
		return nil, errors.Join(err, s.container.release())
	}
	return other, nil
}

// Close removes the container.
func (s *subject) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	return errors.Join(s.container.remove(), s.container.release())
}
