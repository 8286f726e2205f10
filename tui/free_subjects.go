package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
	"github.com/tentpole-labs/tentpole/tui/panel"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// subjects is the list of what can be raised in place of a sandbox.
type subjects struct {
	kinds  []subject.Kind
	cursor int
}

func (*subjects) name() string { return "subjects" }
func (*subjects) scope() scope { return inSubjects }
func (s *subjects) move(n int) { s.cursor = max(min(s.cursor+n, len(s.kinds)-1), 0) }

// others are the kinds besides tentpole's own.
func others() (out []subject.Kind) {
	for _, k := range subject.List() {
		if k.Name != subject.Sandbox {
			out = append(out, k)
		}
	}
	return out
}

// openSubjects shows the list, and finds out anew what is here.
func (m *Model) openSubjects() tea.Cmd {
	f := m.free
	f.side, m.focus, f.err = &subjects{kinds: m.opt.Subjects}, paneMain, nil
	f.probed = map[string]error{}
	var cmds []tea.Cmd
	for _, k := range m.opt.Subjects {
		ctx := m.ctx
		cmds = append(cmds, m.job(func() tea.Msg { return probedMsg{toFree{f}, k.Name, k.Available(ctx)} }))
	}
	return tea.Batch(cmds...)
}

// probedMsg is whether a kind can be raised here.
type probedMsg struct {
	toFree
	kind string
	err  error
}

func (p probedMsg) update(*Model) tea.Cmd {
	p.free.probed[p.kind] = p.err
	return nil
}

// raiseSubject starts the kind of the cursor. One that is not here is said why.
func (m *Model) raiseSubject() tea.Cmd {
	s, listed := m.free.side.(*subjects)
	if !listed {
		return nil
	}
	kind := s.kinds[s.cursor]
	if err := m.free.probed[kind.Name]; err != nil {
		m.notice = kind.Name + " is not to be had here: what is missing is said there."
		return nil
	}
	m.closeSide()
	return m.raiseSubjectOf(kind)
}

// raiseKind starts the kind of that name, if there is one.
func (m *Model) raiseKind(name string) tea.Cmd {
	for _, k := range m.opt.Subjects {
		if k.Name == name {
			return m.raiseSubjectOf(k)
		}
	}
	return nil
}

// raiseSubjectOf raises one beside what runs. It gets what the setup says of limits,
// ports, volumes and hostname: layers and a root it has of its own.
func (m *Model) raiseSubjectOf(kind subject.Kind) tea.Cmd {
	setup := preset.Setup{Spec: m.free.setup.Spec}
	setup.Spec.Layers, setup.Spec.Root, setup.Spec.Source, setup.Spec.Join = 0, "", "", nil
	b := &box{kind: kind.Name, setup: setup, tried: map[string]experiment.Result{}}
	return m.begin(b, func(t *tent, u undertaking) (play.Measured, error) {
		return t.player.Open(u.ctx, kind, setup.Spec, u.busy.tell)
	})
}

func (s *subjects) lines(m *Model, width, height int) []string {
	rows := make([]panel.Row, len(s.kinds))
	for i, k := range s.kinds {
		rows[i] = panel.Row{Mark: m.free.kindMark(k.Name), Label: k.Name}
	}
	out := panel.Wrap(m.styles.Faint.Render("In place of a sandbox: the same experiments, the same board."), width)
	out = append(append(out, ""), panel.Table(m.styles, rows, s.cursor, width, max(height-2, 1)).Lines...)
	if m.zoom || !m.wide() {
		out = append(append(out, ""), s.about(m, width)...)
	}
	return panel.Fit(out, width, height)
}

// kindMark says whether a kind is here.
func (f *free) kindMark(name string) string {
	err, known := f.probed[name]
	switch {
	case !known:
		return "…"
	case err != nil:
		return "n/a"
	}
	return ""
}

// subjects is the list of kinds, where it is in front.
func (m *Model) subjects() *subjects {
	if m.screen != onSandbox {
		return nil
	}
	s, _ := m.free.side.(*subjects)
	return s
}

// about says what the kind of the cursor is, and whether it is here. What is missing
// comes first: a small screen may not have room for the rest.
func (s *subjects) about(m *Model, width int) []string {
	kind := s.kinds[s.cursor]
	is := kindLines(m.styles, kind, width)
	switch err, known := m.free.probed[kind.Name]; {
	case !known:
		return append(is, "", m.styles.Faint.Render("Whether it is here is being looked up …"))
	case err != nil:
		return slices.Concat(panel.Wrap(m.styles.Strong.Render("Not here: ")+clean(err), width), []string{""}, is)
	}
	return slices.Concat(is, []string{""}, panel.Wrap(m.styles.Faint.Render("enter raises it, with the limits, ports, volumes and hostname of the setup, and opens a shell inside. When it ends nothing of it is left."), width))
}

// kindLines say what a kind is. What one has is on its board, once it runs.
func kindLines(s styles.Styles, k subject.Kind, width int) []string {
	out := panel.Wrap(s.Strong.Render(k.Name)+": "+k.What+".", width)
	for _, text := range nonEmpty(k.Apart, k.Needs) {
		if text == k.Needs {
			text = "It needs " + text
		}
		out = append(append(out, ""), panel.Wrap(text, width)...)
	}
	return out
}

// rising is the kind of what is shown, where that is being started.
func (m *Model) rising() (k subject.Kind, ok bool) {
	if m.screen != onSandbox {
		return k, false
	}
	b := m.free.box()
	if b == nil || b.kind == "" || b.live != nil {
		return k, false
	}
	i := slices.IndexFunc(m.opt.Subjects, func(k subject.Kind) bool { return k.Name == b.kind })
	if i < 0 {
		return k, false
	}
	return m.opt.Subjects[i], true
}

// ownShown tells whether what is shown is a sandbox of tentpole's own, or the one
// to be started.
func ownShown(m *Model) bool {
	b := m.free.box()
	return b == nil || b.kind == ""
}
