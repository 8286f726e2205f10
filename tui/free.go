package tui

import (
	"context"
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/tui/panel"
)

// free is the sandbox screen: layers as switches, the plan they come to, and
// the sandbox itself.
type free struct {
	tent    *tent
	set     sandbox.LayerSet
	cursor  int
	planned *sandbox.Plan
	step    *lessons.Step // what was started last
	err     error         // of the plan or the start
}

func (m *Model) openSandbox() tea.Cmd {
	m.free = &free{tent: m.newTent(play.NewPlayer(m.opt.Engine))}
	m.screen, m.focus, m.zoom = onSandbox, paneMain, false
	clear(m.scrolls)
	return m.planFree()
}

func (m *Model) leaveSandbox() tea.Cmd {
	t := m.free.tent
	m.screen, m.free, m.focus, m.zoom = onHome, nil, paneMain, false
	return m.strike(t)
}

// planFree works out what the switches come to.
func (m *Model) planFree() tea.Cmd {
	t, spec, engine := m.free.tent, sandbox.Spec{Layers: m.free.set}, m.opt.Engine
	return m.job(func() tea.Msg {
		p, err := engine.Plan(spec)
		return freePlanMsg{about(t.id), spec.Layers, p, err}
	})
}

type freePlanMsg struct {
	about
	set  sandbox.LayerSet
	plan *sandbox.Plan
	err  error
}

func (p freePlanMsg) update(m *Model, _ *tent) tea.Cmd {
	if m.screen == onSandbox && m.free.set == p.set {
		m.free.planned, m.free.err = p.plan, p.err
	}
	return nil
}

// families are the order of the switches.
var families = []sandbox.Family{sandbox.See, sandbox.Use, sandbox.Do}

// switches are the layers by family, within one in the order of the ladder.
func switches() []sandbox.LayerInfo {
	rows := sandbox.Layers()
	slices.SortStableFunc(rows, func(a, b sandbox.LayerInfo) int {
		return slices.Index(families, a.Family) - slices.Index(families, b.Family)
	})
	return rows
}

func (m *Model) freeMove(n int) {
	m.free.cursor = max(min(m.free.cursor+n, len(switches())-1), 0)
	width, height := m.inner(paneMain)
	_, at := m.freeLines(width)
	m.see(at, height)
}

// freeSwitch turns a layer on or off. What runs is not changed by it.
func (m *Model) freeSwitch() tea.Cmd {
	l := switches()[m.free.cursor].Name
	if m.free.set.Has(l) {
		m.free.set = m.free.set.Without(l)
	} else {
		m.free.set = m.free.set.With(l)
	}
	return m.planFree()
}

// freeSays names what enter does.
func (m *Model) freeSays() string {
	if m.free.tent.live {
		return "start anew"
	}
	return "start"
}

// freeStart starts the sandbox in place of the one before.
func (m *Model) freeStart() tea.Cmd {
	f := m.free
	gone := m.dropShell(f.tent, paneInside)
	f.tent.live = false
	f.step = &lessons.Step{ID: "sandbox", Kind: lessons.KindRun, Run: &lessons.Run{Layers: f.set.Words()}}
	return tea.Batch(gone, m.run(f.tent, f.step))
}

func (m *Model) freeMeasured(t *tent, r measuredMsg) tea.Cmd {
	m.free.err = r.err
	switch {
	case errors.Is(r.err, context.Canceled):
		m.free.err = nil
		m.notice = "Cancelled. Nothing was kept of it."
		return nil
	case r.err != nil:
		return nil
	}
	return tea.Batch(m.enterShell(t), m.watch(t))
}

const freeHead = "Switch layers on, and start a process that has them."

// freeTop is what stands above the switches: what the screen is for, and how it
// goes.
func (m *Model) freeTop(width int) []string {
	s, f := m.styles, m.free
	out := panel.Wrap(freeHead, width)
	if f.err != nil {
		out = append(out, panel.Wrap(s.Strong.Render("That does not work: ")+clean(f.err), width)...)
	}
	if b := f.tent.busy; b != nil {
		if line := m.waiting(b); line != "" {
			out = append(out, line)
		}
	}
	if t := f.tent; t.live && t.plan != nil {
		out = append(out, panel.Wrap(s.Strong.Render("running with "+raisedWords(t.plan.Layers)), width)...)
	}
	return out
}

func raisedWords(set sandbox.LayerSet) string {
	if set == 0 {
		return "no layer"
	}
	return strings.Join(set.Words(), ", ")
}

// freeLines draws the switches, by family, and says which line the cursor is
// on.
func (m *Model) freeLines(width int) (lines []string, at int) {
	f := m.free
	var items []panel.Item
	family := sandbox.Family("")
	for _, row := range switches() {
		item := panel.Item{Label: tick(f.set.Has(row.Name)) + " " + string(row.Name), Detail: row.What}
		if row.Family != family {
			family = row.Family
			item.Head = "what it can " + string(family)
		}
		items = append(items, item)
	}
	lines, at = panel.List(m.styles, m.freeTop(width), items, f.cursor, width)
	lines = append(lines, "")
	if p := f.planned; p != nil {
		for _, i := range p.Implied {
			lines = append(lines, panel.Wrap("also "+string(i.Layer)+": "+i.Because, width)...)
		}
		lines = append(lines, panel.Wrap("root: "+string(p.Root), width)...)
	}
	return lines, at
}
