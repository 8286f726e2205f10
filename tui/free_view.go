package tui

import (
	"fmt"

	uv "github.com/charmbracelet/ultraviolet"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/tui/panel"
)

// riddlePlaces lays out a riddle: nothing is beside it that would tell.
func (m *Model) riddlePlaces(width, height int) []place {
	below := m.shellPlaces(width, height)
	return append([]place{{paneMain, 0, 0, width, above(below, height)}}, below...)
}

// above is the height that shells below leave.
func above(below []place, height int) int {
	if len(below) == 0 {
		return height
	}
	return below[0].y
}

// freePlaces lays out the sandbox screen: the table, and beside it the tent or
// what it uses, the board and the kernel. A shell goes below all of them, in
// the kernel's place.
func (m *Model) freePlaces(width, height int) []place {
	if m.riddled() {
		return m.riddlePlaces(width, height)
	}
	left := min(width*54/100, measure+4)
	right := width - left
	below, upper := m.shellPlaces(width, height), paneTent
	rows := above(below, height)
	tent := min(m.tentRows(right), rows/2)
	if m.subjects() != nil {
		return append([]place{{paneMain, 0, 0, left, rows}, {paneDetail, left, 0, right, rows}}, below...)
	}
	if m.hasLive() {
		upper, tent = paneLive, 7
	}
	rest := rows - tent
	places := []place{{paneMain, 0, 0, left, rows}, {upper, left, 0, right, tent}}
	if m.unstarted() {
		return append(append(places, place{paneKernel, left, tent, right, rest}), below...)
	}
	ground := m.ground()
	if len(below) > 0 {
		beside := paneBoard
		if m.focus == ground {
			beside = ground
		}
		return append(append(places, place{beside, left, tent, right, rest}), below...)
	}
	board := rest * 55 / 100
	return append(places, place{paneBoard, left, tent, right, board}, place{ground, left, tent + board, right, rest - board})
}

// unstarted tells whether what is shown has not been started: it has no board.
func (m *Model) unstarted() bool { return m.screen == onSandbox && m.free.tent == m.free.blank }

func (m *Model) freeHeader() string {
	f, s := m.free, m.styles
	right := panel.Raised(m.drawnFree())
	switch b := f.box(); {
	case b != nil:
		right = b.letter + " " + b.stateAndSize()
	case f.plan.fresh() && len(f.plan.plan.Missing) > 0:
		right = fmt.Sprintf("%s, %d not here", right, len(f.plan.plan.Missing))
	}
	return panel.Ends(" "+s.Title.Render("tentpole")+"  sandbox", s.Faint.Render(right)+" ", m.width)
}

// freeName is what the main pane is called.
func (m *Model) freeName() string {
	if m.free.side != nil {
		return m.free.side.name()
	}
	return "setup"
}

// freePlanLines are what would be asked of the kernel for the setup as it is.
func (m *Model) freePlanLines(width int) []string {
	p := m.free.plan
	switch {
	case p.fresh():
		out := panel.Code(m.styles, lineOf(m.free.setup, p.plan), width)
		out = append(out, m.styles.Faint.Render("c: the same for unshare, docker and OCI runtimes"), "")
		return append(out, panel.Plan(m.styles, p.plan, width)...)
	case p.err != nil && p.of == p.version:
		return panel.Wrap(m.styles.Faint.Render("Nothing: this setup cannot be started."), width)
	}
	return []string{m.styles.Faint.Render("Working it out …")}
}

// riddled tells whether what is on the screen is kept secret.
func (m *Model) riddled() bool {
	if m.screen != onSandbox {
		return false
	}
	b := m.free.box()
	return b != nil && b.hidden
}

// shownSpec is that of the sandbox that is shown, or of the next.
func (f *free) shownSpec() sandbox.Spec {
	if b := f.box(); b != nil {
		return b.setup.Spec
	}
	return f.setup.Spec
}

// typeCommand types the command of a setup into the shell that has just begun,
// once.
func (m *Model) typeCommand(t *tent) {
	if m.screen != onSandbox {
		return
	}
	b := m.free.boxOf(t)
	if b == nil || b.typed || b.setup.Command == "" {
		return
	}
	b.typed = true
	t.shells[paneInside].terminal.Paste(b.setup.Command)
	t.shells[paneInside].terminal.Key(uv.KeyPressEvent{Code: uv.KeyEnter})
}
