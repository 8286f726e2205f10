package tui

import (
	"slices"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/tui/panel"
)

// pane is a part of the screen that can have the keys.
type pane int

const (
	paneMain    pane = iota // the lesson, or the switches of the sandbox
	paneBoard               // host and sandbox side by side
	paneKernel              // what the kernel was asked
	paneInside              // the shell inside
	paneHost                // the learner's own shell on the host
	paneDetail              // what there is to say about a line of a sheet
	paneTent                // the drawing; in words it can have the keys
	paneLive                // what the sandbox uses
	paneConsole             // of a machine
)

// The least size that anything is shown at, and the size from which panes
// stand side by side.
const (
	leastWidth, leastHeight = 40, 12
	wideWidth, wideHeight   = 100, 28
	tallHeight              = 30 // from here on there are blank lines around the body
)

// place is where a pane is, in cells from the upper left of the body.
type place struct {
	pane                pane
	x, y, width, height int
}

func (m *Model) tooSmall() bool { return m.width < leastWidth || m.height < leastHeight }

// wide tells whether panes stand side by side. Before a room they never do: the
// letters are large, and one thing at a time is looked at.
func (m *Model) wide() bool { return m.width >= wideWidth && m.height >= wideHeight && !m.onWall() }

// bodyHeight is what header and footer leave.
func (m *Model) bodyHeight() int {
	if m.height >= tallHeight {
		return m.height - 4
	}
	return m.height - 2
}

// panes lists the panes that there are now, in the order of tab.
func (m *Model) panes() []pane {
	if m.hasDetail() {
		return []pane{paneMain, paneDetail}
	}
	if m.tent() == nil {
		return []pane{paneMain}
	}
	out := []pane{paneMain}
	choosing := m.subjects() != nil
	if choosing && m.wide() {
		out = append(out, paneDetail)
	}
	if m.hasLive() && !choosing {
		out = append(out, paneLive)
	}
	if m.hasBoard() && !choosing {
		if !m.unstarted() {
			out = append(out, paneBoard)
		}
		out = append(out, m.ground())
	}
	if m.hasBoard() && !choosing && m.inWords() && !m.hasLive() {
		out = append(out, paneTent)
	}
	out = slices.DeleteFunc(out, m.hides)
	for _, p := range shellPanes {
		if m.hasShell(p) {
			out = append(out, p)
		}
	}
	return out
}

// hasShell tells whether there is something in the pane of a shell.
func (m *Model) hasShell(p pane) bool {
	t := m.tent()
	return t != nil && (t.shells[p] != nil || t.opens[p])
}

// showsShells tells whether shells stand beside what they are about: on a task,
// and where one has the keys.
func (m *Model) showsShells() bool {
	return m.onTask() || m.focus.isShell()
}

// hasBoard tells whether board and kernel belong on the screen: where the step
// has a sandbox, or where there is one to look at.
func (m *Model) hasBoard() bool {
	t := m.tent()
	return t != nil && (m.screen == onSandbox && !m.riddled() || m.screen == onLesson && (t.plan != nil || m.lesson.session.Walk.Step().Run != nil))
}

// places lays the panes out.
func (m *Model) places() []place {
	width, height := m.width, m.bodyHeight()
	switch {
	case m.screen == onSheet:
		return m.sheetPlaces(width, height)
	case m.screen == onHome && m.wide():
		left := width * 62 / 100
		return []place{{paneMain, 0, 0, left, height}, {paneTent, left, 0, width - left, height}}
	case m.zoom || !m.wide() || !m.hasBoard() && !m.riddled():
		return []place{{m.focus, 0, 0, width, height}}
	case m.screen == onSandbox:
		return m.freePlaces(width, height)
	}
	return m.benchPlaces(width, height)
}

// shellPlaces are those of the shells that there are, below the rest.
func (m *Model) shellPlaces(width, height int) []place {
	left := width / 2
	top := height * 55 / 100
	switch inside, host := m.hasShell(paneInside), m.hasShell(paneHost); {
	case inside && host:
		return []place{{paneInside, 0, top, left, height - top}, {paneHost, left, top, width - left, height - top}}
	case inside:
		return []place{{paneInside, 0, top, width, height - top}}
	case host:
		return []place{{paneHost, 0, top, width, height - top}}
	}
	return nil
}

// place finds a pane's place; when it has none, the size it would have alone.
func (m *Model) place(p pane) place {
	for _, at := range m.places() {
		if at.pane == p {
			return at
		}
	}
	return place{p, 0, 0, m.width, m.bodyHeight()}
}

// inner is the size of what a pane shows, inside its border.
func (m *Model) inner(p pane) (width, height int) {
	at := m.place(p)
	return panel.Box{Width: at.width, Height: at.height, Flush: p.isShell()}.Inner()
}

// content is what a pane has to show, all of it.
func (m *Model) content(p pane, width, height int) []string {
	t := m.tent()
	kind, rising := m.rising()
	switch {
	case p == paneMain && m.screen == onSandbox:
		return m.freeMain(width, height)
	case p == paneMain:
		return m.mainLines(width)
	case p == paneLive:
		return m.liveLines(width, height)
	case p == paneDetail && m.screen == onSandbox:
		return m.subjects().about(m, width)
	case p == paneDetail:
		return m.sheet.detail(m, width)
	case t == nil:
		return panel.Legend(m.styles, width)
	case p == paneBoard:
		return m.boardLines(t, width)
	case p == paneKernel:
		return m.kernelLines(t, width)
	case p == paneTent && rising:
		return kindLines(m.styles, kind, width)
	case p == paneTent && m.inWords():
		return panel.TentInWords(m.styles, m.drawn(t), width)
	case p == paneTent:
		return panel.Tent(m.styles, m.drawn(t), width, height)
	}
	if s := t.shells[p]; s != nil {
		return s.frame.Lines
	}
	return nil
}

// drawn is what the drawing of the tent shows: what is raised, and on the
// sandbox screen what would be.
func (m *Model) drawn(t *tent) sandbox.LayerSet {
	if m.screen == onSandbox {
		return m.drawnFree()
	}
	return t.layers()
}

// mainLines is the content of the main pane of the screen.
func (m *Model) mainLines(width int) (lines []string) {
	switch m.screen {
	case onLesson:
		return m.lessonText(width).lines
	case onSheet:
		lines, _ = m.sheet.lines(m, width)
	default:
		lines, _ = m.homeLines(width)
	}
	return lines
}

// scrollBy moves what the focused pane shows.
func (m *Model) scrollBy(n int) { m.scrollTo(m.focus, m.scrolls[m.focus]+n) }

func (m *Model) scrollTo(p pane, line int) {
	width, height := m.inner(p)
	last := len(m.content(p, width, height)) - height
	m.scrolls[p] = max(min(line, last), 0)
}
