package tui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/terminal"
)

// tent is a player and what is known of its sandbox: what lesson and sandbox
// screen have in common.
type tent struct {
	id     int
	player *play.Player
	ctx    context.Context
	cancel context.CancelFunc

	live       bool   // a sandbox runs, as far as we know
	of         string // id of the step it was started for
	plan       *sandbox.Plan
	before     sandbox.LayerSet // raised at the step before that one
	transcript []sandbox.Done
	board      facts.Board
	changed    []string

	busy *busy
	runs int

	shells  map[pane]*shell
	opens   map[pane]bool    // a shell is being started
	host    int              // id of the newest shell on the host, among what must be closed
	frames  *terminal.Frames // of the shells
	listens bool             // somebody waits for them

	watches int // number of watches so far; only the newest goes on
}

// tentMsg is a message about a tent. One that is no longer on the screen gets
// what it has to let go of through orphan.
type tentMsg interface {
	of() int
	update(*Model, *tent) tea.Cmd
	orphan(*Model) tea.Cmd
}

// about is the part that all messages about a tent share.
type about int

func (a about) of() int             { return int(a) }
func (about) orphan(*Model) tea.Cmd { return nil }

func (m *Model) newTent(p *play.Player) *tent {
	m.tents++
	t := &tent{id: m.tents, player: p, shells: map[pane]*shell{}, opens: map[pane]bool{}, frames: terminal.NewFrames()}
	t.ctx, t.cancel = context.WithCancel(m.ctx)
	m.open.add(t.id, func() error {
		t.cancel() // first, or closing waits for what is under way
		return p.Close()
	})
	return t
}

// strike ends the sandbox and the tent with it.
func (m *Model) strike(t *tent) tea.Cmd {
	if t == nil {
		return nil
	}
	id, host := t.id, t.host
	return tea.Batch(m.dropShells(t), m.job(func() tea.Msg {
		return savedMsg{errors.Join(m.open.close(host), m.open.close(id))}
	}))
}

// layers is what is raised, or would be.
func (t *tent) layers() sandbox.LayerSet {
	if t.plan == nil {
		return 0
	}
	return t.plan.Layers
}

// busy is a run under way.
type busy struct {
	number   int
	cancel   context.CancelFunc
	since    time.Time
	step     string
	seen     bool // the line that says so has been scrolled to
	now      play.Progress
	progress chan play.Progress // at most the newest
}

// patience is how long something may take before the screen says so.
const patience = 300 * time.Millisecond

// spinTime is the time between two turns of the spinner.
const spinTime = 100 * time.Millisecond

// run starts what the step asks for. It comes back as a measuredMsg.
func (m *Model) run(t *tent, step *lessons.Step) tea.Cmd {
	return m.undertake(t, step.ID, func(u undertaking) tea.Msg {
		got, err := t.player.Run(u.ctx, step, u.busy.tell)
		return measuredMsg{about(t.id), step, got, u.ended(err)}
	})
}

// undertaking is what is under way in a tent, as its command sees it.
type undertaking struct {
	ctx  context.Context
	busy *busy
}

// ended is the error of a command: once it was cancelled, whatever it says.
func (u undertaking) ended(err error) error {
	if err != nil && u.ctx.Err() != nil {
		return u.ctx.Err()
	}
	return err
}

// undertake does something that takes a while in a tent, unless there is
// something under way already. Its message ends it: that sets busy to nil.
func (m *Model) undertake(t *tent, step string, do func(undertaking) tea.Msg) tea.Cmd {
	if t.busy != nil {
		return nil
	}
	ctx, cancel := context.WithCancel(t.ctx)
	t.runs++
	b := &busy{number: t.runs, cancel: cancel, since: m.opt.Now(), step: step, progress: make(chan play.Progress, 1)}
	t.busy = b
	done := m.job(func() tea.Msg {
		defer close(b.progress)
		defer cancel()
		return do(undertaking{ctx, b})
	})
	return tea.Batch(done, b.listen(t.id), spin(t.id, b.number))
}

// tell keeps the newest progress for listen. Only one goroutine calls it.
func (b *busy) tell(p play.Progress) {
	select {
	case <-b.progress:
	default:
	}
	b.progress <- p
}

func (b *busy) listen(id int) tea.Cmd {
	return func() tea.Msg {
		p, ok := <-b.progress
		if !ok {
			return nil
		}
		return progressMsg{about(id), b.number, p}
	}
}

type progressMsg struct {
	about
	run int
	now play.Progress
}

func (p progressMsg) update(_ *Model, t *tent) tea.Cmd {
	if t.busy == nil || t.busy.number != p.run {
		return nil
	}
	t.busy.now = p.now
	return t.busy.listen(t.id)
}

type spinMsg struct {
	about
	run int
}

func spin(id, run int) tea.Cmd {
	return tea.Tick(spinTime, func(time.Time) tea.Msg { return spinMsg{about(id), run} })
}

func (s spinMsg) update(m *Model, t *tent) tea.Cmd {
	b := t.busy
	if b == nil || b.number != s.run {
		return nil
	}
	if m.screen == onLesson && !b.seen && m.waiting(b) != "" && m.lesson.session.Walk.Step().ID == b.step {
		b.seen = true
		m.showResult()
	}
	return spin(t.id, s.run)
}

// measuredMsg is the end of a run.
type measuredMsg struct {
	about
	step *lessons.Step
	got  play.Measured
	err  error
}

func (r measuredMsg) update(m *Model, t *tent) tea.Cmd {
	t.busy = nil
	var gone tea.Cmd
	if r.got.Plan != t.plan { // another sandbox: a shell in the one before has ended with it
		gone = m.dropShell(t, paneInside)
	}
	t.live = r.got.Plan != nil && (r.err == nil || r.got.Result != nil)
	if r.got.Plan != nil {
		if t.of != r.step.ID {
			t.before = t.layers()
		}
		t.plan, t.transcript, t.of = r.got.Plan, r.got.Transcript, r.step.ID
	}
	if r.err == nil {
		t.board, t.changed = r.got.Board, r.got.Changed
	}
	if m.screen == onSandbox {
		return tea.Batch(gone, m.freeMeasured(t, r))
	}
	return tea.Batch(gone, m.lessonMeasured(t, r))
}

// kill ends the sandbox; the tent stays and may be raised again.
func (m *Model) kill(t *tent) tea.Cmd {
	return m.job(func() tea.Msg { return killedMsg{about(t.id), t.player.Close()} })
}

type killedMsg struct {
	about
	err error
}

func (k killedMsg) update(m *Model, t *tent) tea.Cmd {
	t.live, t.plan, t.transcript, t.board, t.changed = false, nil, nil, facts.Board{}, nil
	m.notice = "The sandbox and everything in it has ended."
	m.trouble("the sandbox did not end cleanly", k.err)
	return m.dropShell(t, paneInside)
}

type savedMsg struct{ err error }
