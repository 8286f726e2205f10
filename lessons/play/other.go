package play

import (
	"context"
	"errors"
	"slices"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

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

// openFor starts the subject that a step runs on.
func (p *Player) openFor(ctx context.Context, word string, progress func(Progress)) (m Measured, err error) {
	kind, err := subject.Find(word)
	if err != nil {
		return m, err
	}
	progress(Progress{Phase: "starting " + kind.Name}) // a line has little room
	box, err := p.engine.Open(ctx, kind, sandbox.Spec{})
	switch {
	case NotHere(err):
		return m, &LackError{&WithoutError{word, err}}
	case err != nil:
		return m, err
	}
	p.box = box
	return Measured{Plan: box.Plan(), Transcript: box.Transcript()}, nil
}

// errElsewhere is why the host cannot say what a condition asks for.
var errElsewhere = errors.New("it runs on a kernel of its own, and the host has no process to look through")

// elsewhere is the environment where the inside runs on a kernel of its own: what
// it says of itself, and nothing that the host would look for by its numbers.
func elsewhere(host, inside facts.Facts) lessons.Env {
	s := side(inside, "")
	s.NS = lessons.Namespaces{Count: s.NS.Count} // every kernel numbers its own: none is the host's
	s.Listens = func(int) (bool, error) { return false, errElsewhere }
	s.File = func(string) (lessons.File, error) { return lessons.File{}, errElsewhere }
	return lessons.Env{Host: side(host, "/"), Inside: s, Cgroup: cgroupOf(facts.Facts{})}
}
