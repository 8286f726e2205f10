package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
	"github.com/tentpole-labs/tentpole/tui/panel"
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
		m.notice = kind.Name + " is not to be had here: what is missing stands below the list."
		return nil
	}
	m.free.side = nil
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
		rows[i] = panel.Row{Mark: m.free.kindMark(k.Name), Label: k.Name, Detail: k.What}
	}
	out := panel.Wrap(m.styles.Faint.Render("In place of a sandbox: the same experiments, the same board."), width)
	out = append(append(out, ""), panel.Table(m.styles, rows, s.cursor, width, max(height-2, 1))...)
	out = append(append(out, ""), s.about(m, width)...)
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

// about says what is missing for the kind of the cursor, or what starting it
// comes to.
func (s *subjects) about(m *Model, width int) []string {
	kind := s.kinds[s.cursor]
	if err := m.free.probed[kind.Name]; err != nil {
		return panel.Wrap(m.styles.Strong.Render("Not here: ")+clean(err), width)
	}
	return panel.Wrap(m.styles.Faint.Render("enter raises it, with the limits, ports, volumes and hostname of the setup, and opens a shell inside. When it ends nothing of it is left."), width)
}

// ownShown tells whether what is shown is a sandbox of tentpole's own, or the one
// to be started.
func ownShown(m *Model) bool {
	b := m.free.box()
	return b == nil || b.kind == ""
}
