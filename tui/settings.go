package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/tui/panel"
	"github.com/tentpole-labs/tentpole/tui/settings"
)

// settingsSheet shows the settings and changes them. What is changed counts at
// once, and is kept.
type settingsSheet struct{ cursor int }

func (m *Model) openSettings() tea.Cmd {
	m.openSheet(&settingsSheet{})
	return nil
}

func (*settingsSheet) name() string { return "settings" }

func (*settingsSheet) status(m *Model) string {
	if m.opt.SettingsFile == "" {
		return "kept until you leave"
	}
	return m.opt.SettingsFile
}

func (p *settingsSheet) lines(m *Model, width int) ([]string, int) {
	var items []panel.Item
	for _, r := range settings.Rows() {
		items = append(items, panel.Item{Label: r.Says, Detail: m.settings.Get(r.Key)})
	}
	lines, at := panel.List(m.styles, panel.Wrap("What you set here counts at once.", width), items, p.cursor, width)
	return append(lines, p.keyLines(m, width)...), at
}

// keyLines says which keys have been moved, and how to move one.
func (*settingsSheet) keyLines(m *Model, width int) []string {
	out := []string{"", m.styles.Faint.Render("keys")}
	for _, b := range bindings {
		for _, k := range b.keys {
			if to, moved := m.settings.Keys[k]; moved {
				out = append(out, "  "+m.styles.Key.Render(panel.Pad(to, 10))+" in place of "+b.show+": "+b.does)
			}
		}
	}
	if len(out) == 2 {
		out = append(out, panel.Wrap("Any key can be moved by a line in the file of settings, for example keys: {z: m}.", width)...)
	}
	return out
}

func (p *settingsSheet) move(_ *Model, n int) {
	p.cursor = max(min(p.cursor+n, len(settings.Rows())-1), 0)
}

func (p *settingsSheet) detail(m *Model, width int) []string {
	s, r := m.styles, settings.Rows()[p.cursor]
	out := []string{s.Strong.Render(r.Says), ""}
	for _, v := range r.Values {
		mark, style := "  ", s.Text
		if v.Word == m.settings.Get(r.Key) {
			mark, style = "› ", s.Selected
		}
		out = append(out, mark+style.Render(v.Word))
		for _, line := range panel.Wrap(v.Says, max(width-4, 8)) {
			out = append(out, "    "+s.Faint.Render(line))
		}
	}
	if r.Key == settings.Theme && m.opt.Theme != "" {
		out = append(out, "", "")
		out = append(out, panel.Wrap("The command line or NO_COLOR says "+string(m.opt.Theme)+" this time.", width)...)
	}
	return out
}

func (p *settingsSheet) keys() []binding {
	change := func(n int) func(*Model) tea.Cmd {
		return func(m *Model) tea.Cmd { return m.set(settings.Rows()[p.cursor].Key, n) }
	}
	return []binding{
		{keys: []string{"enter", "space", "right", "l"}, show: "enter", does: "the next value", where: inSheet, foot: left, do: change(1)},
		{keys: []string{"left", "h"}, show: "left", does: "the value before", where: inSheet, do: change(-1)},
	}
}

// set moves a setting on by n and keeps it.
func (m *Model) set(key string, n int) tea.Cmd {
	m.settings = m.settings.Next(key, n)
	m.restyle()
	now, file := m.settings, m.opt.SettingsFile
	cmds := []tea.Cmd{m.askBackground()}
	if file != "" {
		cmds = append(cmds, m.job(func() tea.Msg { return settingsSavedMsg{now.Save(file)} }))
	}
	return tea.Batch(cmds...)
}

type settingsSavedMsg struct{ err error }

// settingsError is what is wrong with the settings, in one line for the footer.
func settingsError(err error) string {
	return strings.ReplaceAll(clean(err), "\n", "; ")
}
