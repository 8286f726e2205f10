package play

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// Player does what a step asks for. It holds at most one sandbox, from one
// step to the next. Close it.
type Player struct {
	engine Engine
	turn   chan struct{} // holds one token: who has it may touch the rest

	box    Sandbox
	of     string      // id of the step that the sandbox is at
	opened facts.Board // as it was before that step
	words  bool        // opened is of another sandbox: only its words compare
	last   facts.Board // as it was seen last

	volumes volumes
}

// Progress is how far a player is.
type Progress struct {
	Phase      string // in words: "starting 1 layer", "searching the host"
	Entries    int64  // directory entries searched so far
	Transcript []sandbox.Done
}

// Measured is what a step came to on this machine.
type Measured struct {
	Plan       *sandbox.Plan
	Subject    string // that the step ran on; empty when that is a sandbox
	Transcript []sandbox.Done
	Board      facts.Board
	Changed    []string           // ids of rows that are not what they were before the step
	Result     *experiment.Result // nil when the step has no experiment
	Env        lessons.Env
	// Renewed is set when the step wanted to go on in the sandbox of the step
	// before and there was none any more: it is a new one with the same layers.
	Renewed bool
	// Volumes say in sentences where the step's volumes are on the host.
	Volumes []string
	Sandbox Sandbox       // of Raise: what runs now
	Took    time.Duration // all of it
}

// NewPlayer returns a player without a sandbox.
func NewPlayer(e Engine) *Player {
	p := &Player{engine: e, turn: make(chan struct{}, 1)}
	p.turn <- struct{}{}
	return p
}

func (p *Player) take(ctx context.Context) error {
	select {
	case <-p.turn:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := ctx.Err(); err != nil { // both were ready: who was cancelled starts nothing
		p.give()
		return err
	}
	return nil
}

func (p *Player) give() { p.turn <- struct{}{} }

// Plan works out what a step would do here. It starts nothing, and makes no
// more than the directories of the step's volumes.
func (p *Player) Plan(s *lessons.Step) (*sandbox.Plan, error) {
	if s.Run.Subject != "" {
		return nil, fmt.Errorf("plan: this step runs on %s, which says itself what it asks the kernel for", s.Run.Subject)
	}
	spec, err := Spec(s.Run)
	if err == nil {
		err = p.volumes.mount(&spec, s.Run.Volumes)
	}
	if err != nil {
		return nil, err
	}
	return p.engine.Plan(spec)
}

// Volumes are the environment variables that name the lesson's volumes on the
// host: DATA=/the/directory.
func (p *Player) Volumes() []string { return p.volumes.environment() }

// Run does the main thing of a step that has a sandbox: it starts it, or goes
// on in the one of the step before, runs the experiment if there is one, and
// looks. progress may be nil and must not block.
func (p *Player) Run(ctx context.Context, s *lessons.Step, progress func(Progress)) (Measured, error) {
	if err := p.take(ctx); err != nil {
		return Measured{}, err
	}
	defer p.give()
	if progress == nil {
		progress = func(Progress) {}
	}
	began := time.Now()
	if err := p.Lacks(ctx, s); err != nil {
		return Measured{}, err
	}
	m, err := p.raise(ctx, s, progress)
	if err != nil {
		return m, err
	}
	m.Subject = s.Run.Subject
	if s.Run.Experiment != "" {
		r, err := p.box.Experiment(ctx, s.Run.Experiment, s.Run.With, func(e experiment.Progress) {
			progress(Progress{Phase: e.Phase, Entries: e.Entries, Transcript: m.Transcript})
		})
		m.Result = &r
		if err != nil {
			return m, err
		}
	}
	sight, err := p.look(ctx, s)
	if err != nil {
		return m, err
	}
	m.Board, m.Env, m.Changed = sight.Board, sight.Env, p.changed(sight.Board, p.opened)
	if s.Kind == lessons.KindTask { // from here on it is the learner who changes things
		p.opened, p.words = sight.Board, false
	}
	if m.Result != nil {
		found(&m.Env, *m.Result)
	}
	m.Transcript, m.Volumes = p.box.Transcript(), p.volumes.say(s.Run.Volumes)
	m.Took = time.Since(began)
	return m, nil
}

// raise makes sure that the sandbox or the subject of the step is there.
func (p *Player) raise(ctx context.Context, s *lessons.Step, progress func(Progress)) (Measured, error) {
	again := p.of == s.ID && s.Kind == lessons.KindTask // a task is left and entered
	if p.alive() && (s.Run.Keep || again) {
		p.of = s.ID
		p.opened, p.words = p.last, false
		return Measured{Plan: p.box.Plan(), Transcript: p.box.Transcript()}, nil
	}
	p.opened, p.words = p.last, true
	if err := p.end(); err != nil {
		return Measured{}, err
	}
	m, err := p.anew(ctx, s, progress)
	m.Renewed = s.Run.Keep
	if err == nil {
		p.of = s.ID
	}
	return m, err
}

// anew starts what the step runs in.
func (p *Player) anew(ctx context.Context, s *lessons.Step, progress func(Progress)) (Measured, error) {
	if s.Run.Subject != "" {
		return p.openFor(ctx, s.Run.Subject, progress)
	}
	plan, err := p.Plan(s)
	if err != nil {
		return Measured{}, err
	}
	if err := p.volumes.give(plan); err != nil {
		return Measured{}, err
	}
	return p.start(ctx, plan, progress)
}

// start starts a plan in a player without a sandbox.
func (p *Player) start(ctx context.Context, plan *sandbox.Plan, progress func(Progress)) (m Measured, err error) {
	m.Plan = plan
	phase := "starting " + facts.Count(plan.Layers.Len(), "layer")
	progress(Progress{Phase: phase})
	p.box, err = p.engine.Start(ctx, plan, func(d sandbox.Done) {
		m.Transcript = append(m.Transcript, d)
		progress(Progress{Phase: phase, Transcript: slices.Clone(m.Transcript)})
	})
	if err != nil {
		p.box = nil
		return m, err
	}
	m.Transcript = p.box.Transcript()
	return m, nil
}

func (p *Player) alive() bool {
	if p.box == nil {
		return false
	}
	select {
	case <-p.box.Done():
		return false
	default:
		return true
	}
}

// Look reads facts and board of the running sandbox for a task, and what
// changed since the task was opened.
func (p *Player) Look(ctx context.Context, s *lessons.Step) (Sight, []string, error) {
	if err := p.take(ctx); err != nil {
		return Sight{}, nil, err
	}
	defer p.give()
	if !p.alive() {
		return Sight{}, nil, ErrNoSandbox
	}
	sight, err := p.look(ctx, s)
	return sight, p.changed(sight.Board, p.opened), err
}

// Shell starts a shell in the running sandbox; the caller closes it.
func (p *Player) Shell(ctx context.Context, cols, rows int) (Shell, error) {
	if err := p.take(ctx); err != nil {
		return nil, err
	}
	defer p.give()
	if !p.alive() {
		return nil, ErrNoSandbox
	}
	return p.box.Shell(ctx, cols, rows)
}

// Script starts a shell for single lines in the running sandbox; the caller
// closes it.
func (p *Player) Script(ctx context.Context) (Script, error) {
	if err := p.take(ctx); err != nil {
		return nil, err
	}
	defer p.give()
	if !p.alive() {
		return nil, ErrNoSandbox
	}
	return p.box.Script(ctx)
}

// Close ends the sandbox, if there is one, waits until it is gone, and removes
// the lesson's volumes. The player may be used again.
func (p *Player) Close() error {
	if err := p.take(context.Background()); err != nil {
		return err
	}
	defer p.give()
	return errors.Join(p.end(), p.volumes.end())
}

func (p *Player) end() error {
	box := p.box
	p.box, p.of, p.last = nil, "", facts.Board{}
	if box == nil {
		return nil
	}
	return box.Close()
}
