package tui

import tea "charm.land/bubbletea/v2"

// wheelLines is how far a turn of the wheel scrolls.
const wheelLines = 3

// bodyTop is the line of the screen that the body begins at.
func (m *Model) bodyTop() int {
	if m.height >= tallHeight {
		return 2
	}
	return 1
}

// paneAt finds the pane at a cell of the screen.
func (m *Model) paneAt(x, y int) (pane, bool) {
	y -= m.bodyTop()
	for _, at := range m.places() {
		if x >= at.x && x < at.x+at.width && y >= at.y && y < at.y+at.height && at.pane != paneTent {
			return at.pane, true
		}
	}
	return 0, false
}

// click gives the keys to the pane that was clicked.
func (m *Model) click(c tea.MouseClickMsg) tea.Cmd {
	p, ok := m.paneAt(c.X, c.Y)
	if ok && c.Button == tea.MouseLeft && m.page == nil && !m.tooSmall() {
		m.focus = p
	}
	return nil
}

// wheel scrolls the page in front, or the pane under the pointer. A terminal
// has no wheel but its own.
func (m *Model) wheel(w tea.MouseWheelMsg) tea.Cmd {
	n := wheelLines
	switch {
	case w.Button == tea.MouseWheelUp:
		n = -n
	case w.Button != tea.MouseWheelDown:
		return nil
	}
	if m.tooSmall() {
		return nil
	}
	if m.page != nil {
		m.pageScroll(n)
		return nil
	}
	if p, ok := m.paneAt(w.X, w.Y); ok && p != paneInside {
		width, height := m.inner(p)
		last := len(m.content(p, width, height)) - height
		m.scrolls[p] = max(min(m.scrolls[p]+n, last), 0)
	}
	return nil
}
