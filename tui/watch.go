package tui

import (
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
)

// watchTime is the time between two looks at a sandbox that may be changed by
// hand: while a task is open, and while there is a shell.
const watchTime = time.Second

// watch looks at the sandbox in a while, and so on until it is gone. There is
// one watch a sandbox.
func (m *Model) watch(t *tent) tea.Cmd {
	t.watches++
	return t.lookSoon()
}

func (t *tent) lookSoon() tea.Cmd {
	w := watchMsg{about(t.id), t.watches}
	return tea.Tick(watchTime, func(time.Time) tea.Msg { return w })
}

type watchMsg struct {
	about
	watch int
}

func (w watchMsg) update(m *Model, t *tent) tea.Cmd {
	if w.watch != t.watches || !t.live {
		return nil
	}
	step := m.stepInTent()
	if step == nil || t != m.tent() || t.busy != nil || t.shells[paneInside] == nil && step.Kind != lessons.KindTask {
		return t.lookSoon() // nothing that could have changed by hand
	}
	return func() tea.Msg {
		sight, changed, err := t.player.Look(t.ctx, step)
		return sightMsg{about(t.id), w.watch, step, sight, changed, err}
	}
}

// stepInTent is the step at hand when it has a sandbox and it is the one that
// runs, or nil.
func (m *Model) stepInTent() *lessons.Step {
	if m.screen == onSandbox {
		return play.Freely
	}
	if step := m.lesson.session.Walk.Step(); step.ID == m.lesson.tent.of {
		return step
	}
	return nil
}

// sightMsg is what a look found.
type sightMsg struct {
	about
	watch   int
	step    *lessons.Step
	sight   play.Sight
	changed []string
	err     error
}

func (s sightMsg) update(m *Model, t *tent) tea.Cmd {
	switch {
	case s.watch != t.watches:
		return nil
	case m.stepInTent() != s.step:
		return t.lookSoon()
	case errors.Is(s.err, play.ErrNoSandbox):
		t.live = false
		m.notice = "The sandbox has ended. enter starts a new one."
		return nil
	case s.err != nil:
		return t.lookSoon() // a process that ended between two reads
	}
	t.board, t.changed = s.sight.Board, s.changed
	if m.screen != onLesson || s.step.Kind != lessons.KindTask {
		return t.lookSoon()
	}
	l := m.lesson
	was := l.session.Walk.State().Done
	res := l.results[s.step.ID]
	res.parts = l.session.Check(s.step.ID, s.sight.Env)
	l.results[s.step.ID] = res
	if !was && l.session.Walk.State().Done {
		m.showParts()
		return tea.Batch(t.lookSoon(), m.save())
	}
	return t.lookSoon()
}
