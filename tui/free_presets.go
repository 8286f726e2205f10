package tui

import (
	"cmp"
	"sync"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
	"github.com/tentpole-labs/tentpole/tui/panel"
)

// presetRows are setups that have a name.
func (m *Model) presetRows() []row {
	f := m.free
	likes := preset.Likes(f.rootless())
	rows := []row{
		{Row: panel.Row{Head: "begin with", Label: "stage", Value: choice(m.named(stages()))},
			say: says("The ladder of the course, one pole after the other."), step: presetStep(stages)},
		{Row: panel.Row{Label: "like", Value: choice(m.named(likes))},
			say:  says("What other tools start: " + likeWhat(likes, m.named(likes))),
			step: presetStep(func() []preset.Named { return likes })},
		{Row: panel.Row{Label: "missing pole", Value: "a riddle"},
			say: says("A container with one layer left out. Look round inside, and name it."), flip: (*Model).beginRiddle},
	}
	if len(f.kept) > 0 {
		rows = append(rows, row{Row: panel.Row{Label: "saved", Value: choice(f.kept1)},
			say: says("Setups that you have saved; w saves this one."), step: (*Model).stepKept})
	}
	return rows
}

// stages are those of the ladder; of two that are the same the last.
var stages = sync.OnceValue(func() []preset.Named {
	var out []preset.Named
	for _, s := range preset.Stages() {
		if n := len(out); n > 0 && alike(out[n-1].Setup, s.Setup) {
			out = out[:n-1]
		}
		out = append(out, s)
	}
	return out
})

// choice shows a value that left and right go through.
func choice(word string) string { return "‹ " + cmp.Or(word, "–") + " ›" }

func likeWhat(likes []preset.Named, name string) string {
	for _, l := range likes {
		if l.Name == name {
			return l.What + "."
		}
	}
	return "a container of Docker's, one of a pod, or unshare."
}

// rootless tells whether the plans here are an ordinary user's.
func (f *free) rootless() bool { return f.plan.plan != nil && f.plan.plan.Rootless }

// named is the preset that the setup is now, or "".
func (m *Model) named(list []preset.Named) string {
	for _, n := range list {
		if alike(n.Setup, m.free.setup) {
			return n.Name
		}
	}
	return ""
}

// alike tells whether both come to the same, switched by hand or by name.
func alike(a, b preset.Setup) bool {
	if a.Spec.Layers != b.Spec.Layers {
		return false
	}
	for _, s := range []*preset.Setup{&a, &b} {
		s.Spec.Partial, s.Spec.Root = false, cmp.Or(s.Spec.Root, sandbox.RootHost)
	}
	return a.Equal(b)
}

// presetStep takes the next of a list; from something else the first.
func presetStep(list func() []preset.Named) func(*Model, int) tea.Cmd {
	return func(m *Model, n int) tea.Cmd {
		presets := list()
		names := []string{}
		for _, p := range presets {
			names = append(names, p.Name)
		}
		now, to := m.named(presets), presets[0]
		if now != "" {
			word := turn(names, now, n)
			for _, p := range presets {
				if p.Name == word {
					to = p
				}
			}
		}
		return m.change(func(s *preset.Setup) { *s = to.Setup; m.joinPod(to.Name, s) })
	}
}

// joinPod has a container of a pod share what the one on the screen has.
func (m *Model) joinPod(name string, s *preset.Setup) {
	if b := m.free.box(); name == "pod" && b != nil && b.live != nil && b.shared().Has(sandbox.Net) {
		join(&s.Spec, b)
	}
}
