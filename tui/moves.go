package tui

import "github.com/tentpole-labs/tentpole/lessons"

// choosing tells whether the step waits for a choice.
func (m *Model) choosing() bool {
	p := m.lesson.session.Walk.Phase()
	return m.focus == paneMain && (p == lessons.Predicting || p == lessons.Asking || p == lessons.Arranging) && !m.pausing()
}

// choices is how many choices the step offers.
func (m *Model) choices() int {
	step := m.lesson.session.Walk.Step()
	switch {
	case step.Predict != nil:
		return len(step.Predict.Options)
	case step.Quiz != nil:
		return len(step.Quiz.Answers)
	case step.Order != nil:
		return len(step.Order.Lines)
	}
	return 0
}

func (m *Model) lessonChoose(i int) {
	if i < m.choices() {
		m.lesson.cursor = i
		m.seesChoices()
	}
}

// lessonMove moves among the choices, once they are seen, or scrolls.
func (m *Model) lessonMove(n int) {
	if m.onItem() {
		m.itemMove(n)
		return
	}
	if !m.choosing() {
		m.scrollBy(n)
		return
	}
	if n > 0 && !m.seesChoices() {
		return
	}
	switch to := m.lesson.cursor + n; {
	case to < 0:
		m.scrollBy(n)
	case to < m.choices():
		m.lesson.cursor = to
	default:
		m.scrollBy(n)
	}
}

func (m *Model) freeUpDown(n int) {
	switch {
	case m.focus == paneMain:
		m.freeMove(n)
	case m.onItem():
		m.itemMove(n)
	default:
		m.scrollBy(n)
	}
}

// turn moves by a page.
func (m *Model) turn(n int) {
	if m.page != nil {
		m.pageScroll(n * max(m.bodyHeight()-3, 1))
		return
	}
	_, height := m.inner(m.focus)
	if m.screen == onSandbox && m.focus == paneMain {
		m.freeMove(n * max(height/2, 1))
		return
	}
	m.scrollBy(n * max(height-1, 1))
}

// mainSays names what enter does.
func (m *Model) mainSays() string {
	w := m.lesson.session.Walk
	switch {
	case m.onItem():
		return "what is this?"
	case m.pausing():
		return "go on"
	}
	switch w.Phase() {
	case lessons.Arranging:
		return "hand in"
	case lessons.Explaining:
		return "write"
	case lessons.Predicting:
		return "predict and run"
	case lessons.Running:
		return "run"
	case lessons.Asking:
		return "answer"
	}
	if w.Step().Kind == lessons.KindTask && !m.taskDone() {
		if m.taskRuns() {
			return "go inside"
		}
		return "start"
	}
	return m.nextSays()
}

// nextSays names what n does.
func (m *Model) nextSays() string {
	if m.lesson.session.Walk.May(lessons.DoNext) {
		return "next"
	}
	return "finish"
}
