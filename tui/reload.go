package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons"
)

// awaitReload waits for lessons that are being written to change. It is not
// counted as something that ends by itself.
func (m *Model) awaitReload() tea.Cmd {
	if m.opt.Reload == nil {
		return nil
	}
	return func() tea.Msg {
		c, err := m.opt.Reload(m.ctx)
		return reloadMsg{c, err}
	}
}

type reloadMsg struct {
	course *lessons.Course
	err    error
}

// reload takes in the course as it is now. A lesson that cannot be read leaves
// the one that is shown, and says where it is wrong.
func (m *Model) reload(r reloadMsg) tea.Cmd {
	if m.ctx.Err() != nil {
		return nil
	}
	if r.err != nil {
		m.trouble("not read anew", r.err)
		return m.awaitReload()
	}
	m.opt.Course = r.course
	if l := m.lesson; l != nil {
		if now, err := r.course.Lesson(l.session.Walk.Lesson().ID); err == nil {
			l.session.Revise(now)
			l.cursor, l.order, l.arranged = 0, nil, nil
			m.notice = "The lesson was read anew."
		}
	}
	return m.awaitReload()
}
