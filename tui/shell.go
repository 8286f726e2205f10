package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/tui/panel"
	"github.com/tentpole-labs/tentpole/tui/terminal"
)

// shell is a shell and its terminal: one inside, or the learner's own on the
// host.
type shell struct {
	terminal   *terminal.Terminal
	stream     play.Shell
	frame      terminal.Frame
	cols, rows int  // that the terminal was told
	gone       bool // it has ended; what it showed last stays until another is started
	looking    bool // the learner looks at lines that have left the screen
}

// shellPanes are the panes of shells, in the order of ctrl-g.
var shellPanes = []pane{paneInside, paneHost}

func (p pane) isShell() bool { return p == paneInside || p == paneHost }

// enterShell gives the keys to the shell inside, and starts one when there is
// none. A task has the shell on the host beside it. Without a sandbox it does
// nothing.
func (m *Model) enterShell(t *tent) tea.Cmd {
	if !t.live || t.opens[paneInside] {
		return nil
	}
	if s := t.shells[paneInside]; (s == nil || s.gone) && m.inIce(t) {
		return nil
	}
	m.focus = paneInside
	var host tea.Cmd
	if m.onTask() && t.shells[paneHost] == nil {
		host = m.startShell(t, paneHost)
	}
	return tea.Batch(m.startShell(t, paneInside), host)
}

// enterHost gives the keys to the shell on the host, and starts one when there
// is none. It needs no sandbox.
func (m *Model) enterHost() tea.Cmd {
	m.focus = paneHost
	return m.startShell(m.tent(), paneHost)
}

// startShell starts a shell in the pane, unless one runs there or is about to.
func (m *Model) startShell(t *tent, p pane) tea.Cmd {
	s := t.shells[p]
	if s != nil && !s.gone || t.opens[p] || p == paneInside && m.inIce(t) {
		return nil
	}
	focus := m.focus
	gone := m.dropShell(t, p)
	m.focus = focus
	t.opens[p] = true
	cols, rows := m.shellSize(p)
	open := m.opener(t, p)
	options := terminal.Options{Panics: m.panics, Frames: t.frames}
	return tea.Batch(gone, m.job(func() tea.Msg {
		s, err := open(t.ctx, cols, rows)
		if err != nil {
			return shellMsg{about(t.id), p, nil, err}
		}
		return shellMsg{about(t.id), p, &shell{
			terminal: terminal.New(s, cols, rows, options), stream: s, cols: cols, rows: rows,
		}, nil}
	}))
}

// opener is what starts the shell of a pane.
func (m *Model) opener(t *tent, p pane) func(ctx context.Context, cols, rows int) (play.Shell, error) {
	if p == paneInside {
		return t.player.Shell
	}
	m.tents++
	t.host = m.tents
	s := &hostShell{start: m.opt.HostShell}
	if s.start == nil {
		s.start = t.player.HostShell
	}
	m.open.add(t.host, s.Close)
	return s.open
}

// shellMsg is a shell that was started, or could not be.
type shellMsg struct {
	about
	pane  pane
	shell *shell
	err   error
}

func (s shellMsg) update(m *Model, t *tent) tea.Cmd {
	t.opens[s.pane] = false
	if s.err != nil {
		if m.focus == s.pane && t == m.tent() {
			m.leaveShell()
		}
		m.trouble("no shell", s.err)
		return nil
	}
	t.shells[s.pane] = s.shell
	if s.pane == paneInside {
		m.typeCommand(t)
	}
	return t.listen()
}

func (s shellMsg) orphan(m *Model) tea.Cmd {
	if s.shell == nil {
		return nil
	}
	s.shell.terminal.Close()
	return func() tea.Msg { return savedMsg{s.shell.stream.Close()} }
}

// listen waits for what the shells of the tent show, once for all of them and
// as long as there is the tent.
func (t *tent) listen() tea.Cmd {
	if t.listens {
		return nil
	}
	t.listens = true
	return t.nextFrames()
}

func (t *tent) nextFrames() tea.Cmd {
	return func() tea.Msg {
		if !t.frames.Wait(t.ctx) {
			return nil
		}
		return framesMsg{about(t.id)}
	}
}

// framesMsg tells that terminals of shells have changed.
type framesMsg struct{ about }

func (f framesMsg) update(m *Model, t *tent) tea.Cmd {
	for p, s := range t.shells {
		frame, ok := s.terminal.Latest()
		if !ok {
			continue
		}
		s.frame = frame
		if frame.Ended {
			m.shellEnded(t, p, s)
		}
	}
	return t.nextFrames()
}

// shellEnded leaves what the shell showed last, and says what can be done.
func (m *Model) shellEnded(t *tent, p pane, s *shell) {
	s.gone, s.looking = true, false
	if p == paneConsole {
		return // its machine says so
	}
	if m.focus == p && t == m.tent() {
		m.notice = "The shell " + where[p] + " has ended. enter starts another."
	}
}

// where names the side of a shell in a sentence.
var where = map[pane]string{paneInside: "inside", paneHost: "on the host"}

// dropShells lets go of all that show something in a pane.
func (m *Model) dropShells(t *tent) tea.Cmd {
	return tea.Batch(m.dropShell(t, paneInside), m.dropShell(t, paneHost), m.dropShell(t, paneConsole))
}

// dropShell lets go of the shell in a pane, if there is one.
func (m *Model) dropShell(t *tent, p pane) tea.Cmd {
	s := t.shells[p]
	if s == nil {
		return nil
	}
	delete(t.shells, p)
	s.terminal.Close()
	if m.focus == p && t == m.tent() {
		m.leaveShell()
	}
	end := s.stream.Close
	if p == paneHost {
		id := t.host // another may be started before this has ended
		end = func() error { return m.open.close(id) }
	}
	return m.job(func() tea.Msg { return closedShellMsg{about(t.id), end()} })
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
	m.endLook()
	if m.focus.isShell() {
		m.left.pane = m.focus
	}
	m.focus = m.panes()[0]
	m.zoom = false
}

// inShell tells whether a shell has the keys, if only to be started again.
func (m *Model) inShell() bool {
	return m.focus.isShell() && m.focusedShell() != nil && m.page == nil && m.ask == nil
}

// focusedShell is the shell in the pane that has the keys, or nil.
func (m *Model) focusedShell() *shell {
	if t := m.tent(); t != nil {
		return t.shells[m.focus]
	}
	return nil
}

// shellKey passes a key to the shell.
func (m *Model) shellKey(k tea.KeyPressMsg) { m.focusedShell().terminal.Key(uv.KeyPressEvent(k)) }

func (m *Model) paste(text string) {
	switch {
	case m.editing():
		m.typeInto(text)
	case m.writing():
		m.typed(text)
	case m.inShell():
		m.endLook()
		m.focusedShell().terminal.Paste(text)
	}
}

// fitShells tells the terminals the size of their panes where that has changed.
func (m *Model) fitShells(t *tent) {
	for p, s := range t.shells {
		if cols, rows := m.shellSize(p); cols != s.cols || rows != s.rows {
			s.cols, s.rows = cols, rows
			s.terminal.Resize(cols, rows)
		}
	}
}

// shellSize is the size of the terminal of a shell in its pane, be it out of
// sight.
func (m *Model) shellSize(p pane) (cols, rows int) {
	if p == paneConsole {
		return m.inner(p)
	}
	at := place{p, 0, 0, m.width, m.bodyHeight()}
	if m.wide() && (m.hasBoard() || m.riddled()) && !(m.zoom && m.focus == p) {
		for _, other := range m.withShells(at.width, at.height) {
			if other.pane == p {
				at = other
			}
		}
	}
	cols, rows = panel.Box{Width: at.width, Height: at.height, Flush: true}.Inner()
	return max(cols, 1), max(rows, 1)
}
