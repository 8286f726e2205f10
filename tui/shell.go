package tui

import (
	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/tui/terminal"
)

// shell is a shell inside and its terminal.
type shell struct {
	terminal   *terminal.Terminal
	stream     play.Shell
	frame      terminal.Frame
	cols, rows int // that the terminal was told
}

// enterShell gives the keys to the shell inside, and starts one when there is
// none. Without a sandbox it does nothing.
func (m *Model) enterShell(t *tent) tea.Cmd {
	if !t.live || t.opens {
		return nil
	}
	m.focus = paneInside
	if t.shell != nil {
		return nil
	}
	t.opens = true
	cols, rows := m.shellSize()
	return m.job(func() tea.Msg {
		s, err := t.player.Shell(t.ctx, cols, rows)
		if err != nil {
			return shellMsg{about(t.id), nil, err}
		}
		return shellMsg{about(t.id), &shell{
			terminal: terminal.New(s, cols, rows, m.panics), stream: s, cols: cols, rows: rows,
		}, nil}
	})
}

// shellMsg is a shell that was started, or could not be.
type shellMsg struct {
	about
	shell *shell
	err   error
}

func (s shellMsg) update(m *Model, t *tent) tea.Cmd {
	t.opens = false
	if s.err != nil {
		m.leaveShell()
		m.trouble("no shell", s.err)
		return nil
	}
	t.shell = s.shell
	return s.shell.wait(t.id)
}

func (s shellMsg) orphan(m *Model) tea.Cmd {
	if s.shell == nil {
		return nil
	}
	s.shell.terminal.Close()
	return func() tea.Msg { return savedMsg{s.shell.stream.Close()} }
}

func (s *shell) wait(id int) tea.Cmd {
	return func() tea.Msg {
		f, ok := s.terminal.Wait()
		return frameMsg{about(id), s, f, ok}
	}
}

// frameMsg is what a shell's terminal shows now.
type frameMsg struct {
	about
	shell *shell
	frame terminal.Frame
	ok    bool
}

func (f frameMsg) update(m *Model, t *tent) tea.Cmd {
	if t.shell != f.shell {
		return nil
	}
	if f.ok && !f.frame.Ended {
		t.shell.frame = f.frame
		return t.shell.wait(t.id)
	}
	if m.focus == paneInside {
		m.notice = "The shell inside has ended. ctrl-g starts another."
	}
	return m.dropShell(t)
}

// dropShell lets go of the shell, if there is one.
func (m *Model) dropShell(t *tent) tea.Cmd {
	s := t.shell
	if s == nil {
		return nil
	}
	t.shell = nil
	s.terminal.Close()
	if m.focus == paneInside {
		m.leaveShell()
	}
	return m.job(func() tea.Msg { return closedShellMsg{about(t.id), s.stream.Close()} })
}

// closedShellMsg is the end of a shell's stream.
type closedShellMsg struct {
	about
	err error
}

func (c closedShellMsg) update(m *Model, _ *tent) tea.Cmd {
	m.trouble("the shell did not end cleanly", c.err)
	return nil
}

// leaveShell gives the keys back to the screen.
func (m *Model) leaveShell() {
	m.focus = m.panes()[0]
	m.zoom = false
}

// inShell tells whether a shell has the keys.
func (m *Model) inShell() bool {
	t := m.tent()
	return m.focus == paneInside && t != nil && t.shell != nil && m.page == nil && m.ask == nil
}

// shellKey passes a key to the shell.
func (m *Model) shellKey(k tea.KeyPressMsg) { m.tent().shell.terminal.Key(uv.KeyPressEvent(k)) }

func (m *Model) paste(text string) {
	if m.writing() {
		m.typed(text)
		return
	}
	if m.inShell() {
		m.tent().shell.terminal.Paste(text)
	}
}

// fitShell tells the terminal the size of its pane when that has changed.
func (m *Model) fitShell(t *tent) {
	cols, rows := m.shellSize()
	if s := t.shell; cols != s.cols || rows != s.rows {
		s.cols, s.rows = cols, rows
		s.terminal.Resize(cols, rows)
	}
}
