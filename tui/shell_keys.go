package tui

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/tui/terminal"
)

// shellKeys are the few that a shell does not get.
var shellKeys = []struct {
	key, show, does string
	spare           int // as of a binding
	to              pane
	do              func(*Model) tea.Cmd
}{
	{"ctrl+g", "ctrl-g", "next pane", 0, paneTent, (*Model).nextShell},
	{"f2", "F2", "", 1, paneMain, func(m *Model) tea.Cmd { m.leaveShell(); return nil }},
	{"f3", "F3", "inside", 1, paneInside, (*Model).toInside},
	{"f4", "F4", "host", 1, paneHost, func(m *Model) tea.Cmd { m.endLook(); return m.enterHost() }},
	{"shift+pgup", "shift-pgup", "back", 2, paneTent, look(terminal.PageUp)},
	{"shift+pgdown", "shift-pgdown", "", 0, paneTent, look(terminal.PageDown)},
	{"f1", "F1", "help", 3, paneTent, (*Model).openHelp},
}

// lookKeys are those that move while the learner looks back.
var lookKeys = map[string]terminal.Move{
	"up": terminal.Up, "down": terminal.Down, "pgup": terminal.PageUp, "pgdown": terminal.PageDown,
	"home": terminal.Top, "end": terminal.Bottom, "space": terminal.Mark,
}

func (m *Model) keyInShell(k tea.KeyPressMsg) tea.Cmd {
	name, s := m.meant(k.String()), m.focusedShell()
	for _, own := range shellKeys {
		if own.key == name {
			return own.do(m)
		}
	}
	switch {
	case s.gone && name == "enter":
		return m.startAgain()
	case s.gone:
		return nil
	case s.looking:
		return m.keyInLook(s, k)
	}
	m.shellKey(k)
	return nil
}

// startAgain starts another shell in the pane, and the sandbox with it when that
// is gone, too.
func (m *Model) startAgain() tea.Cmd {
	t := m.tent()
	switch {
	case m.focus == paneHost:
		return m.startShell(t, paneHost)
	case t.live:
		return m.startShell(t, paneInside)
	case m.screen == onLesson:
		m.leaveShell()
		return m.main()
	}
	return m.freeStart()
}

// keyInLook moves where the learner looks. Any other key is typed, as in every
// terminal: what the program shows now is back.
func (m *Model) keyInLook(s *shell, k tea.KeyPressMsg) tea.Cmd {
	name := k.String()
	if move, ok := lookKeys[name]; ok {
		s.terminal.Look(move)
		return nil
	}
	switch name {
	case "enter":
		return m.copyMarked(s)
	case "esc":
		m.endLook()
	default:
		m.endLook()
		m.shellKey(k)
	}
	return nil
}

// look shows lines that have left the screen of the shell.
func look(move terminal.Move) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		if s := m.focusedShell(); s != nil && !s.gone {
			s.looking = true
			s.terminal.Look(move)
		}
		return nil
	}
}

// leftBehind is the shell that had the keys last, or else the first there is.
func (m *Model) leftBehind() (p pane, ok bool) {
	for _, p := range append([]pane{m.left.pane}, shellPanes...) {
		if s := m.tent().shells[p]; s != nil && !s.gone {
			return p, true
		}
	}
	return paneMain, false
}

// lookBack looks back in that shell, for terminals that keep shift-pgup.
func (m *Model) lookBack() tea.Cmd {
	m.focus, _ = m.leftBehind()
	return look(terminal.PageUp)(m)
}

// endLook shows what the program shows now.
func (m *Model) endLook() {
	if s := m.focusedShell(); s != nil && s.looking {
		s.looking = false
		s.terminal.Look(terminal.Back)
	}
}

// copyMarked copies what the learner has marked, and nothing else ever is.
func (m *Model) copyMarked(s *shell) tea.Cmd {
	id := about(m.tent().id)
	return m.job(func() tea.Msg { return markedMsg{id, s, s.terminal.Marked()} })
}

// markedMsg is the text that the learner has marked.
type markedMsg struct {
	about
	shell *shell
	text  string
}

// mostCopied is what terminals take at once: xterm and those after it no more
// than 74994 bytes of base64.
const mostCopied = 74994 / 4 * 3

func (c markedMsg) update(m *Model, _ *tent) tea.Cmd {
	if m.focusedShell() == c.shell {
		m.endLook()
	}
	switch lines := strings.Count(c.text, "\n") + 1; {
	case strings.TrimSpace(c.text) == "":
		m.notice = "There is nothing to copy on that line."
		return nil
	case len(c.text) > mostCopied:
		m.notice = "That is too much to copy at once: mark fewer lines."
		return nil
	case lines == 1:
		m.notice = "One line copied, if your terminal lets programs copy (OSC 52)."
	default:
		m.notice = fmt.Sprintf("%d lines copied, if your terminal lets programs copy (OSC 52).", lines)
	}
	return tea.SetClipboard(c.text)
}

// twiceTime is how soon a second ctrl-g must come to be sent to the shell.
const twiceTime = 600 * time.Millisecond

// leftShell is the shell that ctrl-g has just left: a second one goes there.
type leftShell struct {
	pane pane
	at   time.Time
}

// backAgain takes a second ctrl-g: it goes to the shell that the first one left.
func (m *Model) backAgain() bool {
	left := m.left
	m.left.at = time.Time{}
	if s := m.tent().shells[left.pane]; s == nil || s.gone || m.opt.Now().Sub(left.at) >= twiceTime {
		return false
	}
	m.focus = left.pane
	m.shellKey(tea.KeyPressMsg{Code: 'g', Mod: tea.ModCtrl})
	return true
}

// nextShell goes on from a shell: from the one inside to the host, from there to
// the lesson.
func (m *Model) nextShell() tea.Cmd {
	m.endLook()
	if m.backAgain() {
		return nil
	}
	m.left = leftShell{m.focus, m.opt.Now()}
	if m.focus == paneInside {
		return m.enterHost()
	}
	m.leaveShell()
	return nil
}

// toShell goes from the screen into a shell: that inside where there can be one,
// or else that on the host.
func (m *Model) toShell() tea.Cmd {
	switch {
	case m.backAgain():
		return nil
	case canEnter(m):
		return m.toInside()
	}
	return m.enterHost()
}

// toInside goes into the shell inside, on a task as enter does: into the sandbox
// of that task.
func (m *Model) toInside() tea.Cmd {
	m.endLook()
	t := m.tent()
	switch {
	case m.onTask() && !m.taskRuns() && t.busy == nil:
		return m.main()
	case t.shells[paneInside] != nil:
		m.focus = paneInside
		return nil
	}
	return m.enterShell(t)
}
