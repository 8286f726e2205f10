package tui

import tea "charm.land/bubbletea/v2"

// question stands in the footer before something is given away or ended.
type question struct {
	text    string
	replies []reply
}

// reply is one answer: its key, and what it does. Every other key does nothing
// but to end the question.
type reply struct {
	key, says string
	do        func(*Model) tea.Cmd
}

// no is the reply that leaves everything as it is.
var no = reply{"n", "no", func(*Model) tea.Cmd { return nil }}

// asks makes of an action one that asks first.
func asks(text string, yes func(*Model) tea.Cmd) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd { return m.askWhether(text, yes) }
}

// askWhether asks, and does it after a yes.
func (m *Model) askWhether(text string, yes func(*Model) tea.Cmd) tea.Cmd {
	m.ask = &question{text, []reply{{"y", "yes", yes}, no}}
	return nil
}

// answerQuestion takes a reply; every key without one is a no.
func (m *Model) answerQuestion(k tea.KeyPressMsg) tea.Cmd {
	q := m.ask
	m.ask = nil
	for _, r := range q.replies {
		if r.key == k.String() {
			return r.do(m)
		}
	}
	return nil
}

// questionFoot is the question with its replies.
func (m *Model) questionFoot() string {
	line := " " + m.styles.Strong.Render(m.ask.text) + " "
	for _, r := range m.ask.replies {
		line += "  " + m.styles.Key.Render(r.key) + " " + r.says
	}
	return line
}
