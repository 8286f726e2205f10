package tui

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
	"github.com/tentpole-labs/tentpole/tui/panel"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// field is a value of the setup that is typed.
type field struct {
	name string
	how  string // it is written
	read func(preset.Setup) string
	// set takes a word, "" for none. It may look at files.
	set func(*preset.Setup, string) error
}

// edit is a value that is being typed.
type edit struct {
	name, how string
	text      string
	err       string // why the word was not taken
	keep      func(m *Model, word string) tea.Cmd
}

// maxWord is how long a value may be, in bytes: a path and some more.
const maxWord = 4096 + 256

func (m *Model) editing() bool { return m.screen == onSandbox && m.page == nil && m.free.edit != nil }

func (m *Model) editField(f *field) tea.Cmd {
	m.free.edit = &edit{name: f.name, how: f.how, text: f.read(m.free.setup), keep: func(m *Model, word string) tea.Cmd { return m.setField(f, word) }}
	m.focus = paneMain
	return nil
}

// setField reads what was typed. That may look at a file, so it is a command.
func (m *Model) setField(f *field, word string) tea.Cmd {
	e, to, setup := m.free.edit, toFree{m.free}, m.free.setup
	return m.job(func() tea.Msg {
		setup.Spec.Partial = false
		err := f.set(&setup, word)
		if err == nil {
			err = setup.Spec.Validate()
		}
		return fieldMsg{to, e, setup, err}
	})
}

type fieldMsg struct {
	toFree
	edit  *edit
	setup preset.Setup
	err   error
}

func (f fieldMsg) update(m *Model) tea.Cmd {
	switch {
	case f.free.edit != f.edit: // it was put away meanwhile
		return nil
	case f.err != nil:
		f.edit.err = clean(f.err)
		return nil
	}
	f.free.edit = nil
	return m.change(func(s *preset.Setup) { *s = f.setup })
}

// editKeys are those that do something to a value, beside the characters.
var editKeys = map[string]func(*Model) tea.Cmd{
	"enter":     func(m *Model) tea.Cmd { return m.free.edit.keep(m, m.free.edit.text) },
	"esc":       func(m *Model) tea.Cmd { m.free.edit = nil; return nil },
	"backspace": func(m *Model) tea.Cmd { return m.reword(dropLast) },
	"ctrl+w":    func(m *Model) tea.Cmd { return m.reword(dropWord) },
	"ctrl+u":    func(m *Model) tea.Cmd { return m.reword(func(string) string { return "" }) },
	"ctrl+c":    func(*Model) tea.Cmd { return tea.Quit },
}

func (m *Model) reword(change func(string) string) tea.Cmd {
	e := m.free.edit
	e.text, e.err = change(e.text), ""
	return nil
}

func (m *Model) keyInEdit(k tea.KeyPressMsg) tea.Cmd {
	if do, ok := editKeys[k.String()]; ok {
		return do(m)
	}
	return m.typeInto(k.Text)
}

// typeInto adds what was typed or pasted.
func (m *Model) typeInto(s string) tea.Cmd {
	return m.reword(func(text string) string {
		if text += oneLine(s); len(text) > maxWord {
			return m.free.edit.text
		}
		return text
	})
}

// lines show the value with its end in sight, and how it is written.
func (e *edit) lines(s styles.Styles, width int) []string {
	name := e.name + " "
	room := max(width-len(name)-1, 1)
	below := panel.Wrap(s.Faint.Render("write "+e.how), width)
	if e.err != "" {
		below = panel.Wrap(s.Strong.Render(e.err), width)
	}
	return append([]string{s.Title.Render(name) + s.Code.Render(panel.Tail(facts.Clean(e.text), room)) + s.Strong.Render("▏")}, below...)
}

func countWord(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
