package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/panel"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// Board and transcript answer what a line of theirs is: the pane that has the
// keys has a cursor, and enter opens a page on what it is at.

// items are the lines of a pane that there is something to say of.
func (m *Model) items(p pane) []int {
	t := m.tent()
	if t == nil || m.screen == onSandbox && !t.live && t.busy == nil { // its kernel pane has the plan
		return nil
	}
	switch p {
	case paneBoard:
		rows := m.boardRows(t)
		out := make([]int, len(rows))
		for i := range rows {
			out[i] = i + 1 // below the heading
		}
		return out
	case paneKernel:
		width, _ := m.inner(p)
		return panel.Calls(m.styles, m.asked(t), width)
	}
	return nil
}

// onItem tells whether the pane that has the keys has such lines.
func (m *Model) onItem() bool { return len(m.items(m.focus)) > 0 }

// item is which of them the cursor is at.
func (m *Model) item() int { return min(m.cursors()[m.focus], len(m.items(m.focus))-1) }

// cursors are those of the panes of the screen.
func (m *Model) cursors() map[pane]int {
	if m.screen == onSandbox {
		return m.free.items
	}
	return m.lesson.items
}

// itemMove moves the cursor, and beyond the last item what the pane shows.
func (m *Model) itemMove(n int) {
	items := m.items(m.focus)
	to := m.item() + n
	if to < 0 || to >= len(items) {
		m.scrollBy(n)
		return
	}
	m.cursors()[m.focus] = to
	_, height := m.inner(m.focus)
	switch line, top := items[to], m.scrolls[m.focus]; {
	case to == 0: // with what stands above it
		m.scrollTo(m.focus, 0)
	case line < top:
		m.scrollTo(m.focus, line)
	case line >= top+height:
		m.scrollTo(m.focus, line-height+1)
	}
}

// explain opens the page on what the cursor is at.
func (m *Model) explain() tea.Cmd {
	t := m.tent()
	if m.focus == paneBoard {
		row := m.boardRows(t)[m.item()]
		m.openPage("board: "+row.Label, func(s styles.Styles, width int) []string { return panel.About(s, row, min(width, measure)) })
		return nil
	}
	done := m.asked(t)[m.item()]
	why := reasonFor(t.plan, done)
	m.openPage("what the kernel was asked", func(s styles.Styles, width int) []string { return panel.Call(s, done, why, min(width, measure)) })
	return nil
}

// reasonFor is why the plan has that operation.
func reasonFor(p *sandbox.Plan, d sandbox.Done) string {
	if p == nil {
		return ""
	}
	same := func(s sandbox.Step) bool {
		return s.Layer == d.Layer && s.Operation.String() == d.Operation.String()
	}
	if i := slices.IndexFunc(p.Steps, same); i >= 0 {
		return p.Steps[i].Why
	}
	return ""
}

// asked is the transcript that the kernel pane shows.
func (m *Model) asked(t *tent) []sandbox.Done {
	if b := t.busy; b != nil && len(b.now.Transcript) > 0 {
		return b.now.Transcript
	}
	return t.transcript
}

// boardRows are the rows of the board, in front those that matter to the step.
// While a task is done only those are shown, unless the board has the keys.
func (m *Model) boardRows(t *tent) []facts.Row {
	var observe []string
	if m.screen == onLesson {
		if r := m.lesson.session.Walk.Step().Run; r != nil {
			observe = r.Observe
		}
	}
	matter := append(slices.Clone(observe), t.changed...)
	rows := panel.First(t.board.Rows, matter)
	if m.onTask() && m.focus != paneBoard {
		rows = slices.DeleteFunc(rows, func(r facts.Row) bool {
			return !slices.Contains(matter, r.ID) && (r.Word == facts.Shared || r.Word == facts.None)
		})
	}
	return rows
}
