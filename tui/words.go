package tui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/panel"
)

// What a learner writes in an explanation: keys go to the draft while it is
// being written, and the draft to the walk when it is done.

func (m *Model) writing() bool {
	return m.screen == onLesson && m.page == nil && m.lesson.writing
}

// write begins or goes on with the draft.
func (m *Model) write() tea.Cmd {
	l := m.lesson
	l.writing = true
	if l.draft == "" {
		l.draft = l.session.Walk.State().Words
	}
	return nil
}

// draftKeys are those that do something to the draft, beside the characters.
var draftKeys = map[string]func(*Model) tea.Cmd{
	"enter":     (*Model).wrote,
	"esc":       func(m *Model) tea.Cmd { m.lesson.writing = false; return nil },
	"backspace": func(m *Model) tea.Cmd { return m.redraft(dropLast) },
	"ctrl+w":    func(m *Model) tea.Cmd { return m.redraft(dropWord) },
	"ctrl+u":    func(m *Model) tea.Cmd { return m.redraft(func(string) string { return "" }) },
	"ctrl+c":    func(*Model) tea.Cmd { return tea.Quit },
}

func (m *Model) redraft(change func(string) string) tea.Cmd {
	m.lesson.draft = change(m.lesson.draft)
	return nil
}

func dropLast(s string) string {
	_, size := utf8.DecodeLastRuneInString(s)
	return s[:len(s)-size]
}

func dropWord(s string) string {
	s = strings.TrimRight(s, " ")
	return s[:strings.LastIndexByte(s, ' ')+1]
}

func (m *Model) keyInDraft(k tea.KeyPressMsg) tea.Cmd {
	if do, ok := draftKeys[k.String()]; ok {
		return do(m)
	}
	return m.typed(k.Text)
}

// typed adds what was typed or pasted.
func (m *Model) typed(s string) tea.Cmd {
	return m.redraft(func(draft string) string {
		draft += oneLine(s)
		for len(draft) > lessons.MaxExplanation {
			draft = dropLast(draft)
		}
		return draft
	})
}

// oneLine is what was typed or pasted as a line can hold it.
func oneLine(s string) string { return strings.Map(printable, strings.ReplaceAll(s, "\n", " ")) }

// printable drops what cannot be seen, and what would turn the line round.
func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return -1
}

// wrote hands the draft in. An empty one is put away.
func (m *Model) wrote() tea.Cmd {
	l := m.lesson
	l.writing = false
	if strings.TrimSpace(l.draft) == "" {
		return nil
	}
	if err := l.session.Walk.Say(l.draft, m.opt.Now()); err != nil {
		m.trouble("not kept", err)
		return nil
	}
	m.showNews()
	return m.save()
}

func (m *Model) addExplain(t *text, step *lessons.Step, state lessons.State, width int) {
	e := step.Explain
	if e == nil {
		return
	}
	t.part(m.markdown(e.Ask, width)...)
	switch {
	case m.lesson.writing:
		t.fresh(panel.Wrap("> "+m.lesson.draft+m.styles.Strong.Render("▏"), width)...)
	case state.Words != "":
		t.fresh(panel.Wrap("You wrote: "+facts.Clean(state.Words), width)...)
	default:
		t.part(m.styles.Faint.Render("enter lets you write. It is kept, and nobody marks it."))
	}
	if state.Done && len(e.Points) > 0 {
		t.fresh(m.styles.Strong.Render("Did you say:"))
		for _, p := range e.Points {
			t.add(panel.Wrap("· "+p, width)...)
		}
	}
}
