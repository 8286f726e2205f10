package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// freezePatience is how long freezing may take.
const freezePatience = 2 * time.Second

// freeFreeze stops the commands of the sandbox where they are, or has them go on.
func (m *Model) freeFreeze() tea.Cmd {
	b := m.free.box()
	if b == nil || b.live == nil {
		return nil
	}
	frozen := !b.frozen
	return m.job(func() tea.Msg {
		if frozen {
			return frozenMsg{about(b.tent.id), b, frozen, b.live.Freeze(freezePatience)}
		}
		return frozenMsg{about(b.tent.id), b, frozen, b.live.Thaw()}
	})
}

type frozenMsg struct {
	about
	box    *box
	frozen bool
	err    error
}

func (f frozenMsg) update(m *Model, _ *tent) tea.Cmd {
	if f.err != nil {
		m.trouble("not done", f.err)
		return nil
	}
	f.box.frozen = f.frozen
	m.notice = f.box.letter + " goes on."
	if f.frozen {
		m.notice = f.box.letter + " is frozen: every command stands still. f has them go on."
	}
	return nil
}

// freezeSays names what f does.
func (m *Model) freezeSays() string {
	if b := m.free.box(); b != nil && b.frozen {
		return "thaw"
	}
	return "freeze"
}

// inIce tells whether nothing can be started in a sandbox, and says why.
func (m *Model) inIce(t *tent) bool {
	if m.screen != onSandbox {
		return false
	}
	b := m.free.boxOf(t)
	if b == nil || !b.frozen {
		return false
	}
	m.notice = "It is frozen, and so would the shell be: f has it go on."
	return true
}
