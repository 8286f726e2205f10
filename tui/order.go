package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/tui/panel"
)

// arranging tells whether the lines of a puzzle can be moved now.
func (m *Model) arranging() bool {
	w := m.lesson.session.Walk
	return m.focus == paneMain && w.Step().Order != nil && w.Phase() == lessons.Arranging
}

// arrangement is the order in which the lines of the puzzle stand.
func (m *Model) arrangement() []string {
	l := m.lesson
	o := l.session.Walk.Step().Order
	if l.order == nil {
		if l.order = l.session.Walk.State().Order; l.order == nil || !sameLines(l.order, o) {
			l.order = o.Shuffled()
		}
	}
	return l.order
}

// carry moves the line under the cursor.
func carry(n int) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		l, order := m.lesson, m.arrangement()
		to := l.cursor + n
		if to < 0 || to >= len(order) || !m.seesChoices() {
			return nil
		}
		order[l.cursor], order[to] = order[to], order[l.cursor]
		l.cursor, l.arranged = to, nil
		return nil
	}
}

// arrange hands the order in.
func (m *Model) arrange() tea.Cmd {
	if !m.seesChoices() {
		return nil
	}
	l := m.lesson
	a, err := l.session.Walk.Arrange(m.arrangement(), m.opt.Now())
	if err != nil {
		m.trouble("no order", err)
		return nil
	}
	l.arranged = &a
	if !a.Right {
		l.cursor = a.Wrong
	}
	m.showNews()
	return m.save()
}

func (m *Model) addOrder(t *text, step *lessons.Step, state lessons.State, width int) {
	o := step.Order
	if o == nil {
		return
	}
	t.part(m.markdown(o.Ask, width)...)
	order, cursor := m.arrangement(), m.lesson.cursor
	if state.Done {
		cursor = -1
	}
	texts := make([]string, 0, len(order))
	for _, id := range order {
		texts = append(texts, o.Line(id).Text)
	}
	t.part(panel.Choices(m.styles, texts, cursor, -1, width)...)
	t.choices = len(t.lines)
	switch a := m.lesson.arranged; {
	case a != nil:
		t.fresh(panel.Wrap(play.Arranged(*a), width)...)
	case state.Done:
		t.fresh(m.styles.Strong.Render("You have put them in order.") + " n goes on.")
	default:
		t.part(m.styles.Faint.Render("[ and ] move the line, enter hands the order in."))
	}
}

// sameLines tells whether an order kept from before has the lines of now.
func sameLines(order []string, o *lessons.Order) bool {
	return !slices.ContainsFunc(order, func(id string) bool { return o.Line(id) == nil })
}
