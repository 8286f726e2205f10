package tui

import tea "charm.land/bubbletea/v2"

// Beginning anew: what was done is forgotten in a step, in the lesson or in all
// of them. It cannot be undone, so that each asks once more.

func (m *Model) openForget() tea.Cmd {
	m.ask = &question{"Begin what anew?", []reply{
		{"s", "this step", asks("Forget what you did in this step? It cannot be undone.", (*Model).forgetStep)},
		{"l", "this lesson", asks("Forget what you did in this lesson? It cannot be undone.", (*Model).forgetLesson)},
		{"e", "everything", asks("Forget everything you ever did here? It cannot be undone.", (*Model).forgetAll)},
		{"n", "nothing", no.do},
	}}
	return nil
}

// forgetStep begins the step anew, with no sandbox that was started for it.
func (m *Model) forgetStep() tea.Cmd {
	l := m.lesson
	step := l.session.Walk.Step().ID
	delete(l.results, step)
	return m.beginAnew(l.session.Forgetting(step), l.tent.of == step)
}

func (m *Model) forgetLesson() tea.Cmd {
	clear(m.lesson.results)
	return m.beginAnew(m.lesson.session.Forgetting(""), true)
}

func (m *Model) forgetAll() tea.Cmd {
	clear(m.lesson.results)
	return m.beginAnew(m.lesson.session.ForgettingAll(), true)
}

// beginAnew shows the step as if for the first time, without its sandbox, and takes
// what was done out of what is kept.
func (m *Model) beginAnew(kept func() error, strike bool) tea.Cmd {
	m.atStep()
	var end tea.Cmd
	if t := m.lesson.tent; strike && t.busy != nil {
		t.busy.cancel()
	} else if strike && t.plan != nil {
		end = m.kill(t)
	}
	// One after the other: the last word is about what was forgotten.
	return tea.Sequence(end, m.job(func() tea.Msg { return forgottenMsg{kept()} }))
}

type forgottenMsg struct{ err error }

func (f forgottenMsg) update(m *Model) tea.Cmd {
	m.notice = "Forgotten. This is as it was before you began."
	m.trouble("progress was not forgotten", f.err)
	return nil
}
