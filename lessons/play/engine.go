package play

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/export"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/image"
)

// NewEngine returns the engine of this machine: package sandbox. Where that is
// not supported every method says so.
func NewEngine() Engine { return machine{} }

type machine struct{}

func (machine) Plan(spec sandbox.Spec) (*sandbox.Plan, error) {
	m, err := sandbox.Look()
	if err != nil {
		return nil, err
	}
	if spec, err = withImage(spec, m.State); err != nil {
		return nil, err
	}
	p, err := sandbox.NewPlan(spec, m)
	if err == nil && p.Root == sandbox.RootImage && spec.Unpacked == "" {
		p.Notes = append(p.Notes, "The image "+spec.Source+" is not here yet: starting fetches it.")
	}
	return p, err
}

// withImage tells where the image of a spec lies, when it is here already.
func withImage(spec sandbox.Spec, state string) (sandbox.Spec, error) {
	if spec.Root != sandbox.RootImage || spec.Unpacked != "" {
		return spec, nil
	}
	store, err := sandbox.Images(state)
	if err != nil {
		return spec, err
	}
	if i, err := store.Find(spec.Source); err == nil {
		spec.Unpacked = i.Root
	}
	return spec, nil
}

func (machine) Unpack(ctx context.Context, spec sandbox.Spec, say func(string)) (sandbox.Spec, error) {
	m, err := sandbox.Look()
	if err != nil {
		return spec, err
	}
	spec, _, err = sandbox.Unpack(ctx, spec, m, func(p image.Progress) { say(pulling(p)) })
	return spec, err
}

func pulling(p image.Progress) string {
	return fmt.Sprintf("%s layer %d of %d: %.1f of %.1f MB", p.Step, p.Layer, p.Layers, float64(p.Bytes)/1e6, float64(p.Total)/1e6)
}

// here is what other tools find on this machine: it does not change while this
// runs, and asking takes a process.
var here = sync.OnceValues(func() (export.Surroundings, error) { return export.Look(context.Background()) })

func (machine) Export(_ context.Context, form export.Form, p *sandbox.Plan, command []string) (export.Export, error) {
	look, err := here()
	if err != nil {
		return export.Export{}, err
	}
	return export.As(form, p, look, command)
}

func (machine) Start(ctx context.Context, p *sandbox.Plan, observe func(sandbox.Done)) (Sandbox, error) {
	s, err := sandbox.Start(ctx, p, sandbox.Options{Observe: func(d sandbox.Done) {
		if !isHold(d) {
			observe(d)
		}
	}})
	if err != nil {
		return nil, err
	}
	held, err := s.Hold(ctx)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &running{Sandbox: s, held: held}, nil
}

// running is a sandbox of this machine, with a process inside to look at when
// no shell runs.
type running struct {
	*sandbox.Sandbox
	held *sandbox.Process

	mu     sync.Mutex
	shells []*sandbox.Process // the newest last
}

var _ Sandbox = (*running)(nil)

// Transcript leaves out the start of the process that waits: it is there for
// the board, and nothing that anybody would type. It happens beside the rest,
// so that it would be listed at one time and not at another.
func (r *running) Transcript() []sandbox.Done {
	return slices.DeleteFunc(r.Sandbox.Transcript(), isHold)
}

func isHold(d sandbox.Done) bool { return d.Operation.Command() == "tentpole-inside hold" }

// subject is the process that the board is about: the newest shell, or else
// the one that waits.
func (r *running) subject() *sandbox.Process {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := len(r.shells) - 1; i >= 0; i-- {
		select {
		case <-r.shells[i].Done():
		default:
			return r.shells[i]
		}
	}
	return r.held
}

func (r *running) note(p *sandbox.Process) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shells = append(r.shells, p)
}

func (r *running) Look(ctx context.Context, q Question) (Sight, error) {
	host, err := facts.Self(ctx)
	if err != nil {
		return Sight{}, err
	}
	inside, err := r.Facts(ctx, r.subject().PID())
	if errors.Is(err, errGone) { // a shell that ended just now
		inside, err = r.Facts(ctx, r.held.PID())
	}
	if err != nil {
		return Sight{}, err
	}
	env, err := environment(host, inside), error(nil)
	if q.Processes {
		err = listProcesses(ctx, &env, inside.PID, r.InitPID())
	}
	return Sight{
		Board: facts.Compare(host, inside, q.Paths...),
		Plain: facts.Compare(host, host, q.Paths...),
		Env:   env,
	}, err
}

func (r *running) Experiment(ctx context.Context, id string, with map[string]string, progress func(experiment.Progress)) (experiment.Result, error) {
	return experiment.Run(ctx, id, experiment.On(r.Sandbox), experiment.Options{Path: with["path"], Progress: progress})
}
