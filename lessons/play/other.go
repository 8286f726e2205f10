package play

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// Opener is an engine that has other subjects than sandboxes of its own.
type Opener interface {
	// Open starts a subject of another kind than tentpole's own sandboxes, which
	// the caller closes. The error says what is missing here.
	Open(context.Context, subject.Kind, sandbox.Spec) (Sandbox, error)
}

var _ Opener = machine{}

// WithoutError is a subject that this machine does not have. Nobody need have it.
type WithoutError struct {
	Subject string
	Err     error
}

func (e *WithoutError) Error() string { return e.Err.Error() }

// Unwrap returns the subject's own error.
func (e *WithoutError) Unwrap() error { return e.Err }

// otherSubjects are all kinds but tentpole's own.
func otherSubjects() []string {
	return slices.DeleteFunc(subject.Names(), func(name string) bool { return name == subject.Sandbox })
}

// available tells which of the words is another subject, and not to be had here.
func available(ctx context.Context, words []string) error {
	for _, word := range words {
		kind, err := subject.Find(word)
		if err != nil {
			continue // it is a feature
		}
		if err := kind.Available(ctx); err != nil {
			return &WithoutError{word, err}
		}
	}
	return nil
}

// open starts the subject that a step runs on.
func (p *Player) open(ctx context.Context, word string, progress func(Progress)) (m Measured, err error) {
	kind, err := subject.Find(word)
	if err != nil {
		return m, err
	}
	opener, ok := p.engine.(Opener)
	if !ok {
		return m, &LackError{&WithoutError{word, &features.NotSupportedError{Feature: word}}}
	}
	progress(Progress{Phase: starting(word)})
	box, err := opener.Open(ctx, kind, sandbox.Spec{})
	switch {
	case NotHere(err):
		return m, &LackError{&WithoutError{word, err}}
	case err != nil:
		return m, err
	}
	p.box = box
	return Measured{Plan: box.Plan(), Transcript: box.Transcript()}, nil
}

func (machine) Open(ctx context.Context, k subject.Kind, spec sandbox.Spec) (Sandbox, error) {
	s, err := k.Open(ctx, spec)
	if err != nil {
		return nil, err
	}
	plan := &sandbox.Plan{Name: k.Name, Spec: spec, Layers: s.Describe().Layers, Root: s.Describe().Root}
	return &opened{Subject: s, plan: plan, done: make(chan struct{})}, nil
}

// opened is a subject of this machine's.
type opened struct {
	experiment.Subject
	plan *sandbox.Plan
	done chan struct{}
}

func (o *opened) Plan() *sandbox.Plan   { return o.plan }
func (o *opened) Done() <-chan struct{} { return o.done }

func (o *opened) Experiment(ctx context.Context, id string, with map[string]string, progress func(experiment.Progress)) (experiment.Result, error) {
	return experiment.Run(ctx, id, o.Subject, experiment.Options{Path: with["path"], Progress: progress})
}

func (o *opened) Look(ctx context.Context, q Question) (sight Sight, err error) {
	host, err := facts.Self(ctx)
	if err != nil {
		return Sight{}, err
	}
	talk, err := experiment.Begin(ctx, o.Subject, "stay", nil)
	if err != nil {
		return Sight{}, err
	}
	defer func() { err = errors.Join(err, talk.Close()) }()
	inside, err := o.Facts(ctx, talk.Process)
	if err != nil {
		return Sight{}, err
	}
	sight.Board, sight.Plain = facts.Compare(host, inside, q.Paths...), facts.Compare(host, host, q.Paths...)
	if sight.Env = environment(host, inside); talk.Process.PID() == 0 {
		sight.Env = elsewhere(host, inside)
	}
	return sight, nil
}

// errElsewhere is why the host cannot say what a condition asks for.
var errElsewhere = errors.New("it runs on a kernel of its own, and the host has no process to look through")

// elsewhere is the environment where the inside runs on a kernel of its own: what
// it says of itself, and nothing that the host would look for by its numbers.
func elsewhere(host, inside facts.Facts) lessons.Env {
	s := side(inside, "")
	s.Listens = func(int) (bool, error) { return false, errElsewhere }
	s.File = func(string) (lessons.File, error) { return lessons.File{}, errElsewhere }
	return lessons.Env{Host: side(host, "/"), Inside: s, Cgroup: cgroupOf(facts.Facts{})}
}

var errNoShell = errors.New("this subject has no shell here")

func (o *opened) Shell(context.Context, int, int) (Shell, error) { return nil, errNoShell }
func (o *opened) Script(context.Context) (Script, error)         { return nil, errNoShell }
func (o *opened) Statistics() (s cgroup.Statistics, err error)   { return s, errNoShell }
func (o *opened) Freeze(time.Duration) error                     { return errNoShell }
func (o *opened) Thaw() error                                    { return errNoShell }
