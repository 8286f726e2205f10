package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
)

// planned is what the setup comes to on this machine. Every change of the setup
// is a version; one plan is worked out at a time, so that of changes in quick
// succession only the last is.
type planned struct {
	version int // of the setup
	of      int // the version that plan and err are about
	under   bool
	plan    *sandbox.Plan
	err     error
}

// fresh tells whether there is a plan, and it is about the setup as it is now.
func (p planned) fresh() bool { return p.of == p.version && p.plan != nil }

// change changes the setup. What is looked at from then on is the next sandbox.
func (m *Model) change(how func(*preset.Setup)) tea.Cmd {
	f := m.free
	how(&f.setup)
	f.err = nil
	m.look(f.blank)
	f.plan.version++
	return m.planFree()
}

// planFree works out what the setup comes to, unless that is under way.
func (m *Model) planFree() tea.Cmd {
	f, engine := m.free, m.opt.Engine
	if f.plan.under {
		return nil
	}
	f.plan.under = true
	version, spec := f.plan.version, f.setup.Spec
	return m.job(func() tea.Msg {
		p, err := engine.Plan(spec)
		return freePlanMsg{toFree{f}, version, p, err}
	})
}

type freePlanMsg struct {
	toFree
	version int
	plan    *sandbox.Plan
	err     error
}

func (p freePlanMsg) update(m *Model) tea.Cmd {
	now := &p.free.plan
	now.under = false
	if p.version != now.version {
		return m.planFree()
	}
	now.of, now.plan, now.err = p.version, p.plan, p.err
	return nil
}
