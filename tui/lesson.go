package tui

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
)

// lesson is the screen of one lesson being played.
type lesson struct {
	session  *play.Session
	tent     *tent
	number   int // place in the course, from 1
	cursor   int // of the choices
	bench    workbench
	results  map[string]result
	required map[string]bool // steps of which it was asked whether the machine can
	items    map[pane]int    // which line of board and transcript the cursor is at

	read     int               // pauses of the step that were gone past
	order    []string          // of a puzzle's lines, as they stand
	arranged *lessons.Arranged // what became of the order handed in last
	draft    string            // of an explanation
	writing  bool              // keys go to the draft
}

// result is what came of a step, as long as the lesson is open.
type result struct {
	got     play.Measured
	compare lessons.Comparison
	err     error
	parts   []lessons.PartResult
}

// openLesson starts to play a lesson where its record left it.
func (m *Model) openLesson(l *lessons.Lesson) tea.Cmd {
	if m.held(l.ID) {
		m.notice = "The teacher holds this lesson back for now."
		return nil
	}
	s := play.NewSession(play.Options{
		Lesson: l, Engine: m.opt.Engine, Store: m.opt.Store, Variant: m.opt.Variant, Now: m.opt.Now,
		Record: m.home.progress.Lessons[l.ID],
	})
	m.lesson = &lesson{session: s, tent: m.newTent(s.Player), results: map[string]result{}, required: map[string]bool{}, items: map[pane]int{}}
	for i, other := range m.opt.Course.Lessons {
		if other == l {
			m.lesson.number = i + 1
		}
	}
	m.screen = onLesson
	m.atStep()
	return nil
}

// leaveLesson goes home, with everything saved and the sandbox ended.
func (m *Model) leaveLesson() tea.Cmd {
	l := m.lesson
	m.screen, m.lesson, m.focus, m.zoom = onHome, nil, paneMain, false
	save := l.session.Save()
	// One after the other: home shows what was saved.
	saved := m.job(func() tea.Msg { return savedMsg{save()} })
	return tea.Batch(tea.Sequence(saved, m.readProgress()), m.strike(l.tent))
}

// atStep sets the screen up for the step at hand.
func (m *Model) atStep() {
	m.focus, m.zoom = paneMain, false
	l := m.lesson
	l.cursor, l.read, l.order, l.arranged, l.draft, l.writing = 0, 0, nil, nil, "", false
	clear(m.scrolls)
	clear(l.items)
	s := m.lesson.session.Walk
	if q := s.Step().Quiz; q != nil {
		for i, a := range q.Answers {
			if a.ID == s.State().Answer {
				m.lesson.cursor = i
			}
		}
	}
}

// save saves progress, in a command.
func (m *Model) save() tea.Cmd {
	save := m.lesson.session.Save()
	return m.job(func() tea.Msg { return savedMsg{save()} })
}

func (m *Model) next() tea.Cmd {
	w := m.lesson.session.Walk
	if !w.Next(m.opt.Now()) {
		return m.leaveLesson()
	}
	m.atStep()
	return m.save()
}

func (m *Model) back() tea.Cmd {
	if m.lesson.session.Walk.Back() {
		m.atStep()
		return m.save()
	}
	return nil
}

// main does the main thing of the step: what enter does.
func (m *Model) main() tea.Cmd {
	l, w := m.lesson, m.lesson.session.Walk
	step := w.Step()
	switch {
	case m.onItem():
		return m.explain()
	case !m.mayMain():
		return nil
	case m.pausing():
		return m.goOn()
	}
	switch w.Phase() {
	case lessons.Arranging:
		return m.arrange()
	case lessons.Explaining:
		return m.write()
	case lessons.Predicting:
		if !m.seesChoices() {
			return nil
		}
		if err := w.Predict(step.Predict.Options[l.cursor].ID); err != nil {
			m.trouble("no prediction", err)
			return nil
		}
		return tea.Batch(m.run(l.tent, step), m.save())
	case lessons.Running:
		return m.run(l.tent, step)
	case lessons.Asking:
		return m.answer(step)
	}
	if step.Kind == lessons.KindTask && !m.taskDone() {
		return m.doTask(step)
	}
	return m.next()
}

// mayMain tells whether the main thing can be done: what is under way ends first.
func (m *Model) mayMain() bool { return m.lesson.tent.busy == nil || m.onItem() }

// again runs the step once more.
func (m *Model) again() tea.Cmd {
	return m.run(m.lesson.tent, m.lesson.session.Walk.Step())
}

// mayAgain tells whether the step was run and can be once more.
func (m *Model) mayAgain() bool {
	return m.lesson.tent.busy == nil && m.lesson.session.Walk.Phase() == lessons.Comparing
}

// pausing tells whether the step has more to read behind a pause.
func (m *Model) pausing() bool {
	w := m.lesson.session.Walk
	return !w.State().Done && m.lesson.read < len(w.Step().Parts(m.opt.Variant))-1
}

// goOn goes past a pause.
func (m *Model) goOn() tea.Cmd {
	m.lesson.read++
	return nil
}

// readSoFar is the step's text up to the pause that the learner is at.
func (m *Model) readSoFar(step *lessons.Step, state lessons.State) []string {
	parts := step.Parts(m.opt.Variant)
	if state.Done {
		return parts
	}
	return parts[:min(m.lesson.read+1, len(parts))]
}

func (m *Model) answer(step *lessons.Step) tea.Cmd {
	if !m.seesChoices() {
		return nil
	}
	l := m.lesson
	if _, err := l.session.Walk.Answer(step.Quiz.Answers[l.cursor].ID, m.opt.Now()); err != nil {
		m.trouble("no answer", err)
		return nil
	}
	m.showNews()
	return m.save()
}

// seesChoices scrolls to the choices when they are out of sight, and then
// tells that they were: nobody answers a question not seen.
func (m *Model) seesChoices() bool {
	width, height := m.inner(paneMain)
	end := m.lessonText(width).choices
	if m.scrolls[paneMain]+height >= end {
		return true
	}
	m.scrollTo(paneMain, end-height)
	return false
}

// showNews scrolls to what has come to the lesson's text last.
func (m *Model) showNews() { m.showLine(func(t text) int { return t.news }) }

// showResult scrolls to what was measured: what was said and what happened
// stand there, and what explains it comes below.
func (m *Model) showResult() { m.showLine(func(t text) int { return t.result }) }

// showParts scrolls to the parts of the task.
func (m *Model) showParts() { m.showLine(func(t text) int { return t.parts }) }

// showLine scrolls the lesson so that one of its lines is the first that is
// seen, or as far as there is text.
func (m *Model) showLine(of func(text) int) {
	width, _ := m.inner(paneMain)
	m.scrollTo(paneMain, of(m.lessonText(width)))
}

// skip goes on without a prediction.
func (m *Model) skip() tea.Cmd {
	if err := m.lesson.session.Walk.Skip(); err != nil {
		return nil // not now
	}
	return m.save()
}

// lessonMeasured takes in the end of a run.
func (m *Model) lessonMeasured(t *tent, r measuredMsg) tea.Cmd {
	l := m.lesson
	res := result{got: r.got, err: r.err}
	if errors.Is(r.err, context.Canceled) {
		m.notice = "Cancelled. Nothing was kept of it."
		return nil
	}
	switch {
	case r.err != nil && play.NotHere(r.err):
		l.session.Refused(r.step.ID, r.err)
	case r.err != nil:
	case r.step.Kind == lessons.KindTask:
		res.parts = l.session.Check(r.step.ID, r.got.Env)
	default:
		res.compare, _ = l.session.Took(r.step.ID, r.got) // a fact not had is an option that does not fit
	}
	l.results[r.step.ID] = res
	if l.session.Walk.Step().ID != r.step.ID {
		return m.save()
	}
	if r.step.Kind == lessons.KindTask && r.err == nil {
		return tea.Batch(m.enterShell(t), m.watch(t), m.save())
	}
	m.showResult()
	return tea.Batch(m.watch(t), m.save())
}

// doTask starts the task's sandbox, or goes back into its shell.
func (m *Model) doTask(step *lessons.Step) tea.Cmd {
	t := m.lesson.tent
	if m.taskRuns() {
		return m.enterShell(t)
	}
	return m.run(t, step)
}

// taskRuns tells whether the sandbox that runs is that of the step at hand.
func (m *Model) taskRuns() bool {
	t := m.lesson.tent
	return t.live && t.of == m.lesson.session.Walk.Step().ID
}

// taskDone tells whether what runs is that of a task whose parts are all done:
// then nothing is left to do but to go on.
func (m *Model) taskDone() bool {
	w := m.lesson.session.Walk
	return m.taskRuns() && w.State().Done && play.NotYet(m.parts(w.Step(), w.State())) == ""
}

// onTask tells whether the step at hand is a task.
func (m *Model) onTask() bool {
	return m.screen == onLesson && m.lesson.session.Walk.Step().Kind == lessons.KindTask
}

func (m *Model) hint() tea.Cmd {
	if _, err := m.lesson.session.Walk.Hint(m.opt.Variant); err != nil {
		m.notice = "There are no more hints to this step."
		return nil
	}
	m.showNews()
	return m.save()
}

func (m *Model) solve() tea.Cmd {
	if _, err := m.lesson.session.Walk.Solve(m.opt.Variant); err != nil {
		return nil // not now
	}
	m.showNews()
	return m.save()
}
