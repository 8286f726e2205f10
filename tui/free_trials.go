package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/panel"
)

// trials is the list of experiments, with what each came to on each sandbox.
type trials struct{ cursor int }

func (*trials) name() string { return "experiments" }
func (*trials) scope() scope { return inTrials }
func (t *trials) move(n int) { t.cursor = max(min(t.cursor+n, len(experiment.List())-1), 0) }

func (m *Model) openTrials() tea.Cmd {
	m.free.side, m.focus = &trials{}, paneMain
	return nil
}

func (m *Model) closeSide() tea.Cmd {
	m.free.side = nil
	if m.focus == paneDetail { // it goes with the list
		m.focus = paneMain
	}
	return nil
}

// tryOne runs the experiment of the cursor on the sandbox that is shown.
func (m *Model) tryOne() tea.Cmd { return m.try(m.free.box()) }

// tryAll runs it on all of them.
func (m *Model) tryAll() tea.Cmd {
	var cmds []tea.Cmd
	for _, b := range m.free.boxes {
		cmds = append(cmds, m.try(b))
	}
	return tea.Batch(cmds...)
}

// try runs the experiment of the cursor on a sandbox that has nothing else to
// do.
func (m *Model) try(b *box) tea.Cmd {
	list, listed := m.free.side.(*trials)
	switch {
	case !listed || b == nil || !b.runs() || b.tent.busy != nil:
		return nil
	case b.frozen:
		m.notice = b.letter + " is frozen: f has it go on, then it can be tried."
		return nil
	case b.hidden:
		return nil
	}
	id := experiment.List()[list.cursor].ID
	b.trying = id
	delete(b.tried, id)
	t := b.tent
	return m.undertake(t, play.Freely.ID, func(u undertaking) tea.Msg {
		r, err := b.live.Experiment(u.ctx, id, nil, func(p experiment.Progress) {
			u.busy.tell(play.Progress{Phase: p.Phase, Entries: p.Entries})
		})
		return triedMsg{about(t.id), b, id, r, u.ended(err)}
	})
}

type triedMsg struct {
	about
	box    *box
	id     string
	result experiment.Result
	err    error
}

func (r triedMsg) update(m *Model, t *tent) tea.Cmd {
	t.busy, r.box.trying = nil, ""
	switch {
	case errors.Is(r.err, context.Canceled):
		m.notice = "Cancelled."
	case r.err != nil:
		r.box.tried[r.id] = experiment.Result{Experiment: r.id, Outcome: untried, Reason: clean(r.err)}
	default:
		r.box.tried[r.id] = r.result
	}
	return nil
}

// untried stands where an outcome would: it came to none.
const untried experiment.Outcome = "failed"

// canTry tells whether there is a sandbox to try something on.
func canTry(m *Model) bool {
	b := m.free.box()
	return b != nil && b.runs() && !b.hidden
}

func (t *trials) lines(m *Model, width, height int) []string {
	f, s := m.free, m.styles
	var top []string
	if strip := m.strip(width); strip != "" {
		top = []string{strip, ""}
	}
	grid := panel.Outcomes{Cursor: t.cursor}
	for _, b := range f.boxes {
		grid.Columns = append(grid.Columns, b.letter)
	}
	for _, e := range experiment.List() {
		cells := []string{}
		for _, b := range f.boxes {
			cells = append(cells, b.verdict(e.ID))
		}
		grid.Rows = append(grid.Rows, panel.OutcomeRow{Label: e.ID, Cells: cells, Detail: e.Question})
	}
	below := append([]string{""}, panel.Fit(t.about(m, width), width, aboutLines+1)...)
	if height < 3*aboutLines {
		below = nil
	}
	room := max(height-len(top)-len(below), 2)
	part := grid.Part(s, width, room)
	m.listGoesOn(below, part)
	return slices.Concat(top, panel.Fit(part.Lines, width, room), below)
}

// verdict is what an experiment came to on a sandbox, in a word.
func (b *box) verdict(id string) string {
	if b.trying == id {
		return "…"
	}
	if r, ok := b.tried[id]; ok {
		return string(r.Outcome)
	}
	return ""
}

// about says why the outcomes are what they are, or what the experiment does.
func (t *trials) about(m *Model, width int) []string {
	e := experiment.List()[t.cursor]
	var out []string
	for _, b := range m.free.boxes {
		if busy := b.tent.busy; busy != nil && b.trying == e.ID {
			if line := m.waiting(busy); line != "" {
				out = append(out, b.letter+": "+line)
			}
		}
		if r, ok := b.tried[e.ID]; ok {
			out = append(out, panel.Wrap(fmt.Sprintf("%s: %s", b.letter, facts.Clean(r.Reason)), width)...)
		}
	}
	if len(out) > 0 {
		return out
	}
	return panel.Wrap(m.styles.Faint.Render(fmt.Sprintf("Inside it %s; the host %s. About %.0f s.", e.Inside, e.Host, max(e.Seconds, 1))), width)
}
