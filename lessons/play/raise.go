package play

import (
	"context"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
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
	m, err := p.start(ctx, plan, progress)
	if err != nil {
		return m, err
	}
	p.of, m.Sandbox = Freely.ID, p.box
	sight, err := p.look(ctx, Freely)
	if err != nil {
		return m, err
	}
	p.opened, p.words = sight.Board, false // from here on it changes by hand
	m.Board, m.Env, m.Took = sight.Board, sight.Env, time.Since(began)
	return m, nil
}
