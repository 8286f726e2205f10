package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
)

// shareable are the namespaces that a sandbox can have together with another.
var shareable = []sandbox.Layer{sandbox.Net, sandbox.IPC, sandbox.UTS}

// shared are those that a sandbox has of its own to share.
func (b *box) shared() (set sandbox.LayerSet) {
	for _, l := range shareable {
		if b.kind == "" && b.tent.layers().Has(l) {
			set = set.With(l)
		}
	}
	return set
}

// stepJoin goes through the sandboxes that run and have something to share.
func (m *Model) stepJoin(n int) tea.Cmd {
	choices := []*box{nil}
	at := 0
	for _, b := range m.free.boxes {
		if b.live == nil || b.hidden || b.shared() == 0 {
			continue
		}
		if m.free.joins(b) {
			at = len(choices)
		}
		choices = append(choices, b)
	}
	if len(choices) == 1 {
		m.notice = "No sandbox runs that has a net, ipc or uts of its own to share."
		return nil
	}
	return m.change(func(s *preset.Setup) { join(&s.Spec, choices[(at+n+len(choices))%len(choices)]) })
}

// join has a spec share what the sandbox has to share; nil is none.
func join(s *sandbox.Spec, b *box) {
	s.Join = nil
	if b == nil {
		return
	}
	s.Join = []sandbox.Join{{Name: b.tent.plan.Name, Namespaces: b.shared()}}
	if b.shared().Has(sandbox.Net) {
		s.Network, s.Publish = "", nil
	}
}

// joins tells whether the setup shares something with a sandbox.
func (f *free) joins(b *box) bool {
	for _, j := range f.setup.Spec.Join {
		if b.tent.plan != nil && j.Name == b.tent.plan.Name {
			return true
		}
	}
	return false
}

// joinWord is the row's value: the letter of the other says more than its name.
func (m *Model) joinWord() string {
	word := joinWords(m.free.setup)
	for _, b := range m.free.boxes {
		if b.tent.plan != nil {
			word = strings.ReplaceAll(word, b.tent.plan.Name+":", b.letter+": ")
		}
	}
	return word
}

// forget takes a sandbox that ends out of the setup.
func (m *Model) forget(b *box) tea.Cmd {
	f := m.free
	if !f.joins(b) {
		return nil
	}
	var kept []sandbox.Join
	for _, j := range f.setup.Spec.Join {
		if j.Name != b.tent.plan.Name {
			kept = append(kept, j)
		}
	}
	f.setup.Spec.Join = kept
	f.plan.version++
	return m.planFree()
}
