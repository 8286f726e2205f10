package tui

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
)

// askRequired finds out, once, whether this machine has what the step at hand
// requires: before the learner is asked for a prediction that nothing can
// answer.
func (m *Model) askRequired() tea.Cmd {
	l := m.lesson
	step := l.session.Walk.Step()
	if step.Run == nil || len(step.Run.Requires) == 0 || l.required[step.ID] {
		return nil
	}
	l.required[step.ID] = true
	t := l.tent
	return m.job(func() tea.Msg { return requiredMsg{about(t.id), step, t.player.Lacks(t.ctx, step)} })
}

type requiredMsg struct {
	about
	step *lessons.Step
	err  error
}

func (r requiredMsg) update(m *Model, _ *tent) tea.Cmd {
	var lacks *play.LackError
	l := m.lesson
	if !errors.As(r.err, &lacks) || l.session.Walk.Step().ID != r.step.ID {
		return nil
	}
	l.session.Refused(r.step.ID, r.err)
	l.results[r.step.ID] = result{err: r.err}
	return m.save()
}
