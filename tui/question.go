package tui

import tea "charm.land/bubbletea/v2"

// question stands in the footer before something is given away or ended.
type question struct {
	text string
	yes  func(*Model) tea.Cmd
}

// asks makes of an action one that asks first.
func asks(text string, yes func(*Model) tea.Cmd) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		m.ask = &question{text, yes}
		return nil
	}
}

// answerQuestion takes y for yes and every other key for no.
func (m *Model) answerQuestion(k tea.KeyPressMsg) tea.Cmd {
	q := m.ask
	m.ask = nil
	if k.String() == "y" {
		return q.yes(m)
	}
	return nil
}
