package play

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// onSubject is a subject of any kind as a sandbox that a person looks into: a
// container of an engine's or a runtime's, or a machine.
type onSubject struct {
	experiment.Subject
	plan *sandbox.Plan
	held *experiment.Talk // with the process that the board is about
}

var _ Sandbox = (*onSubject)(nil)

// Open starts a subject of another kind than tentpole's own. Its plan says which
// layers are raised there, as its board tells: nobody has planned them here.
func (machine) Open(ctx context.Context, kind subject.Kind, spec sandbox.Spec) (Sandbox, error) {
	if err := kind.Available(ctx); err != nil {
		return nil, err
	}
	on, err := kind.Open(ctx, spec)
	if err != nil {
		return nil, err
	}
	s := &onSubject{Subject: on}
	if s.held, err = experiment.Attend(ctx, on); err != nil {
		return nil, errors.Join(err, on.Close())
	}
	sight, err := s.Look(ctx, Question{})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	raised, _ := sandbox.Raised(sight.Board)
	s.plan = &sandbox.Plan{Name: kind.Name, Spec: spec, Layers: raised, Root: on.Describe().Root}
	if house, ok := on.(experiment.House); ok {
		return houseSubject{s, house}, nil
	}
	return s, nil
}

func (s *onSubject) Plan() *sandbox.Plan { return s.plan }

// Look has nothing to look through for the files of another kernel.
func (s *onSubject) Look(ctx context.Context, q Question) (Sight, error) {
	select {
	case <-s.Done():
		return Sight{}, ErrNoSandbox
	default:
	}
	host, err := facts.Self(ctx)
	if err != nil {
		return Sight{}, err
	}
	inside, err := s.Facts(ctx, s.held.Process)
	if err != nil {
		return Sight{}, err
	}
	sight := Sight{Board: facts.Compare(host, inside, q.Paths...), Plain: facts.Compare(host, host, q.Paths...), Env: environment(host, inside)}
	if s.held.Process.PID() == 0 {
		sight.Env = elsewhere(host, inside)
	}
	return sight, nil
}

func (s *onSubject) Experiment(ctx context.Context, id string, with map[string]string, progress func(experiment.Progress)) (experiment.Result, error) {
	return experiment.Run(ctx, id, s.Subject, experiment.Options{Path: with["path"], Progress: progress})
}

// Shell starts a shell on a terminal that is made inside.
func (s *onSubject) Shell(ctx context.Context, cols, rows int) (Shell, error) {
	return s.shell(ctx, cols, rows, prompt)
}

func (s *onSubject) shell(ctx context.Context, cols, rows int, prompt string) (Shell, error) {
	t, err := experiment.OpenTerminal(ctx, s.Subject, cols, rows, []string{prompt, "TERM=xterm-256color"}, "sh")
	if err != nil {
		return nil, fmt.Errorf("start a shell inside: %w", err)
	}
	return t, nil
}

// Done is closed with the process that stays inside.
func (s *onSubject) Done() <-chan struct{} { return s.held.Process.Done() }

func (s *onSubject) Close() error { return errors.Join(s.held.Close(), s.Subject.Close()) }

func (s *onSubject) cannot(what string) error {
	return &features.NotSupportedError{Feature: what + " " + s.Describe().Kind, Remedy: "its own tools do"}
}

// Statistics, Freeze, Thaw and Script are for tentpole's own.
func (s *onSubject) Statistics() (cgroup.Statistics, error) {
	return cgroup.Statistics{}, s.cannot("count what is used by")
}

func (s *onSubject) Freeze(time.Duration) error             { return s.cannot("freeze") }
func (s *onSubject) Thaw() error                            { return s.cannot("thaw") }
func (s *onSubject) Script(context.Context) (Script, error) { return nil, s.cannot("run lines in") }
