//go:build !unix

package tui

import tea "charm.land/bubbletea/v2"

// onResize does nothing where no signal tells of it.
func onResize(*tea.Program) (stop func()) { return func() {} }
