package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/sandbox/preset"
)

// listSetups reads the names of the setups that were saved.
func (m *Model) listSetups() tea.Cmd {
	store, to := m.opt.Setups, toFree{m.free}
	if store == nil {
		return nil
	}
	return m.job(func() tea.Msg {
		names, err := store.Names()
		return setupsMsg{to, names, err}
	})
}

type setupsMsg struct {
	toFree
	names []string
	err   error
}

func (s setupsMsg) update(m *Model) tea.Cmd {
	was := m.row().Label
	s.free.kept = s.names
	m.trouble("saved setups", s.err)
	// The rows below a new one move: the cursor stays at what it was at.
	s.free.cursor = max(slices.IndexFunc(m.rows(), func(r row) bool { return r.Label == was }), 0)
	return nil
}

// freeSave asks for a name and saves the setup, or that of the sandbox shown.
func (m *Model) freeSave() tea.Cmd {
	f := m.free
	setup := f.setup
	if b := f.box(); b != nil {
		setup = b.setup
	}
	f.edit = &edit{name: "save as", how: "a name: letters, digits, - and _", text: f.kept1, keep: func(m *Model, name string) tea.Cmd {
		store, to, e := m.opt.Setups, toFree{m.free}, m.free.edit
		return m.job(func() tea.Msg { return setupKeptMsg{to, e, name, store.Save(name, setup)} })
	}}
	m.focus = paneMain
	return nil
}

func canSave(m *Model) bool {
	b := m.free.box()
	return m.opt.Setups != nil && (b == nil || !b.hidden && b.kind == "")
}

type setupKeptMsg struct {
	toFree
	edit *edit
	name string
	err  error
}

func (k setupKeptMsg) update(m *Model) tea.Cmd {
	switch {
	case k.free.edit != k.edit:
		return nil
	case k.err != nil:
		k.edit.err = clean(k.err)
		return nil
	}
	k.free.edit, k.free.kept1 = nil, k.name
	m.notice = "Saved as " + k.name + "."
	return m.listSetups()
}

// stepKept loads the next of the setups that were saved.
func (m *Model) stepKept(n int) tea.Cmd {
	f, store := m.free, m.opt.Setups
	name := f.kept[0]
	if slices.Contains(f.kept, f.kept1) {
		name = turn(f.kept, f.kept1, n)
	}
	f.kept1 = name
	to := toFree{f}
	return m.job(func() tea.Msg {
		setup, err := store.Load(name)
		return loadedMsg{to, name, setup, err}
	})
}

type loadedMsg struct {
	toFree
	name  string
	setup preset.Setup
	err   error
}

func (l loadedMsg) update(m *Model) tea.Cmd {
	switch {
	case l.free.kept1 != l.name: // another was asked for meanwhile
		return nil
	case l.err != nil:
		l.free.err = l.err
		return nil
	}
	return m.change(func(s *preset.Setup) { *s = l.setup })
}
