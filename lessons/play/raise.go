package play

import (
	"context"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// Freely is the step that a sandbox outside of any lesson is looked at for.
var Freely = &lessons.Step{ID: "sandbox", Kind: lessons.KindRun, Run: &lessons.Run{}}

// Raise starts a sandbox as a spec asks for it, in place of the one before, and
// looks at it. An image is fetched first. progress may be nil and must not
// block.
func (p *Player) Raise(ctx context.Context, spec sandbox.Spec, progress func(Progress)) (Measured, error) {
	if err := p.take(ctx); err != nil {
		return Measured{}, err
	}
	defer p.give()
	if progress == nil {
		progress = func(Progress) {}
	}
	began := time.Now()
	m, err := p.replace(ctx, spec, progress)
	if err != nil {
		return m, err
	}
	return p.freely(ctx, m, began)
}

// replace ends the sandbox before and starts another.
func (p *Player) replace(ctx context.Context, spec sandbox.Spec, progress func(Progress)) (Measured, error) {
	if err := p.end(); err != nil {
		return Measured{}, err
	}
	spec, err := p.engine.Unpack(ctx, spec, func(phase string) { progress(Progress{Phase: phase}) })
	if err != nil {
		return Measured{}, err
	}
	plan, err := p.engine.Plan(spec)
	if err != nil {
		return Measured{}, err
	}
	return p.start(ctx, plan, progress)
}

// Open starts a subject of another kind, in place of the sandbox before, and looks
// at it. progress may be nil and must not block.
func (p *Player) Open(ctx context.Context, kind subject.Kind, spec sandbox.Spec, progress func(Progress)) (m Measured, err error) {
	if err := p.take(ctx); err != nil {
		return m, err
	}
	defer p.give()
	if progress != nil {
		progress(Progress{Phase: "starting " + kind.Name})
	}
	began := time.Now()
	if err := p.end(); err != nil {
		return m, err
	}
	box, err := p.engine.Open(ctx, kind, spec)
	if err != nil {
		return m, err
	}
	p.box = box
	m.Plan, m.Transcript = box.Plan(), box.Transcript()
	return p.freely(ctx, m, began)
}

// freely looks at what was started outside of any lesson.
func (p *Player) freely(ctx context.Context, m Measured, began time.Time) (Measured, error) {
	p.of, m.Sandbox = Freely.ID, p.box
	sight, err := p.look(ctx, Freely)
	if err != nil {
		return m, err
	}
	p.opened, p.words = sight.Board, false // from here on it changes by hand
	m.Board, m.Env, m.Took = sight.Board, sight.Env, time.Since(began)
	return m, nil
}
