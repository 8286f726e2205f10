package tui

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
)

// free is the sandbox screen: one table of all that a sandbox can be asked for,
// what that comes to, and the sandboxes that were started from it.
type free struct {
	setup  preset.Setup // what enter starts
	cursor int          // in the table
	plan   planned
	edit   *edit        // of a value that is being typed, or nil
	side   side         // a list in place of the table, or nil
	err    error        // of the last start
	items  map[pane]int // where the cursor of a pane is

	boxes []*box // what runs, in the order of their starts
	tent  *tent  // the one that board, kernel and shell are about
	blank *tent  // of the one that enter starts

	able   map[string]features.Answer // what this machine can raise; nil until it is known
	probed map[string]error           // by kind of subject, what is missing for it
	kept   []string                   // names of setups that were saved
	kept1  string                     // the one that was loaded or saved last

	rand *rand.Rand
}

// side is a list in place of the table for a while.
type side interface {
	name() string
	lines(m *Model, width, height int) []string
	move(n int)
	scope() scope
}

// freeMsg is a message for the sandbox screen; it is dropped when that is left.
type freeMsg interface {
	of() *free
	update(*Model) tea.Cmd
}

// toFree is the part that all of them share.
type toFree struct{ free *free }

func (f toFree) of() *free { return f.free }

func (m *Model) openSandbox() tea.Cmd {
	r := m.opt.Rand
	if r == nil {
		r = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	f := &free{setup: preset.Stages()[0].Setup, blank: m.newTent(play.NewPlayer(m.opt.Engine)), rand: r, items: map[pane]int{}}
	f.tent = f.blank
	m.free = f
	m.screen, m.focus, m.zoom = onSandbox, paneMain, false
	clear(m.scrolls)
	return tea.Batch(m.planFree(), m.askAbilities(), m.listSetups())
}

// leaveSandbox ends what runs and goes home. It asks when something runs.
func (m *Model) leaveSandbox() tea.Cmd {
	if n := len(m.free.boxes); n > 0 {
		return m.askWhether(fmt.Sprintf("End %s and go home?", sandboxes(n)), (*Model).closeSandbox)
	}
	return m.closeSandbox()
}

func sandboxes(n int) string {
	if n == 1 {
		return "the sandbox"
	}
	return fmt.Sprintf("the %d sandboxes", n)
}

func (m *Model) closeSandbox() tea.Cmd {
	f := m.free
	cmds := []tea.Cmd{m.strike(f.blank)}
	for _, b := range f.boxes {
		cmds = append(cmds, m.strike(b.tent))
	}
	m.goHome()
	m.free = nil
	return tea.Batch(cmds...)
}

// askAbilities finds out which layers this machine can raise.
func (m *Model) askAbilities() tea.Cmd {
	ask, ctx, f := m.opt.Layers, m.ctx, m.free
	if ask == nil {
		return nil
	}
	return m.job(func() tea.Msg { return abilitiesMsg{toFree{f}, features.Layers(ask(ctx))} })
}

type abilitiesMsg struct {
	toFree
	able map[string]features.Answer
}

func (a abilitiesMsg) update(*Model) tea.Cmd {
	a.free.able = a.able
	return nil
}

// tentOf finds a tent of this screen by its number.
func (f *free) tentOf(id int) *tent {
	if f.blank.id == id {
		return f.blank
	}
	for _, b := range f.boxes {
		if b.tent.id == id {
			return b.tent
		}
	}
	return nil
}

// freeMain is the content of the main pane, exactly as high as the pane.
func (m *Model) freeMain(width, height int) []string {
	if m.free.side != nil {
		return m.free.side.lines(m, width, height)
	}
	return m.tableLines(width, height)
}

// freeMove moves the cursor of what the main pane shows.
func (m *Model) freeMove(n int) {
	f := m.free
	if f.side != nil {
		f.side.move(n)
		return
	}
	f.cursor = max(min(f.cursor+n, len(m.rows())-1), 0)
}

// freeMeasured is the end of a start.
func (m *Model) freeMeasured(t *tent, r measuredMsg) tea.Cmd {
	f := m.free
	b := f.boxOf(t)
	if b == nil {
		return nil
	}
	if r.err != nil {
		if f.err = r.err; errors.Is(r.err, context.Canceled) {
			f.err = nil
			m.notice = "Cancelled. Nothing was kept of it."
		}
		if f.err != nil && b.kind != "" { // a machine tells what its console said last
			m.openPage(b.kind+" did not start", paragraphs(r.err))
		}
		return m.drop(b)
	}
	b.live, b.since = r.got.Sandbox, m.opt.Now()
	cmds := []tea.Cmd{m.watch(t), b.awaitEnd(), m.moveIn(b)}
	if f.tent == t {
		cmds = append(cmds, m.enterShell(t))
	}
	return tea.Batch(cmds...)
}

// drawnFree is what the drawing of the tent shows: what is raised, or would be.
func (m *Model) drawnFree() sandbox.LayerSet {
	f := m.free
	switch {
	case f.tent.live:
		return f.tent.layers()
	case f.plan.fresh():
		return f.plan.plan.Layers
	}
	return f.setup.Spec.Layers
}
