package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"
)

// workbench is how the learner has arranged the panes of a lesson. The zero value
// is the usual arrangement; a change stays until the lesson is left.
type workbench struct {
	columns int // that the left side has more than usual
	rows    int // that the upper panes have more than usual
	hidden  map[pane]bool
}

// The least size of a pane that is moved, and how far one key moves it.
const (
	leastColumns, leastRows = 30, 5
	moveColumns, moveRows   = 4, 2
)

// hides tells whether the learner has put a pane away.
func (m *Model) hides(p pane) bool { return m.screen == onLesson && m.lesson.bench.hidden[p] }

// benchPlaces lays out the panes of a lesson: the text on the left, the others
// on the right, and shells below both.
func (m *Model) benchPlaces(width, height int) []place {
	if m.showsShells() {
		return m.benchShells(width, height)
	}
	side := m.sidePanes()
	left := m.leftColumns(width, min(width*54/100, measure+4), side)
	places := []place{{paneMain, 0, 0, left, height}}
	return append(places, m.stack(side, left, width-left, height)...)
}

// sidePanes are those beside the text that are not put away, top to bottom.
func (m *Model) sidePanes() []pane {
	var out []pane
	for _, p := range []pane{paneTent, paneBoard, paneKernel} {
		if !m.hides(p) {
			out = append(out, p)
		}
	}
	return out
}

// leftColumns is how wide the left side is: usual, and what was moved.
func (m *Model) leftColumns(width, usual int, side []pane) int {
	if len(side) == 0 {
		return width
	}
	return within(usual+m.lesson.bench.columns, leastColumns, width-leastColumns)
}

// stack puts panes below each other. The tent is as high as what it shows, the
// last pane has what is left.
func (m *Model) stack(panes []pane, x, width, height int) []place {
	var out []place
	y := 0
	for i, p := range panes {
		rows := height - y
		if last := i == len(panes)-1; !last {
			rows = m.rowsOf(p, rows, width)
		}
		out = append(out, place{p, x, y, width, rows})
		y += rows
	}
	return out
}

// rowsOf is how high a pane is that others stand below.
func (m *Model) rowsOf(p pane, room, width int) int {
	if p == paneTent {
		return min(m.tentRows(width), room/2)
	}
	return within(room*55/100+m.lesson.bench.rows, leastRows, room-leastRows)
}

// benchShells puts the shells below, and above them what they are about: the
// text, and the board or whichever pane has the keys.
func (m *Model) benchShells(width, height int) []place {
	top := within(height*55/100+m.lesson.bench.rows, leastRows, height-leastRows)
	beside := m.besideTask()
	left := m.leftColumns(width, width/2, beside)
	places := append([]place{{paneMain, 0, 0, left, top}}, m.stack(beside, left, width-left, top)...)
	below := m.belowTask()
	columns := width
	if len(below) > 1 {
		columns = m.leftColumns(width, width/2, below)
	}
	x := 0
	for i, p := range below {
		if i > 0 {
			columns = width - x
		}
		places = append(places, place{p, x, top, columns, height - top})
		x += columns
	}
	if len(below) == 0 {
		for i := range places {
			places[i].height += height - top
		}
	}
	return places
}

// withShells are the places of the shells, and maybe of others, where the shells
// are in sight.
func (m *Model) withShells(width, height int) []place {
	if m.screen == onLesson {
		return m.benchShells(width, height)
	}
	return m.shellPlaces(width, height)
}

// besideTask is the pane beside the text of a task: the board, another that has
// the keys in its place, or none.
func (m *Model) besideTask() []pane {
	for _, p := range []pane{m.focus, paneBoard, paneKernel, paneTent} {
		if p != paneMain && !p.isShell() && !m.hides(p) {
			return []pane{p}
		}
	}
	return nil
}

// belowTask are the shells that are open; before there is one, what else there
// is to look at.
func (m *Model) belowTask() []pane {
	var out []pane
	for _, p := range shellPanes {
		if m.hasShell(p) {
			out = append(out, p)
		}
	}
	if len(out) > 0 {
		return out
	}
	above := m.besideTask()
	for _, p := range []pane{paneTent, paneBoard, paneKernel} {
		if !m.hides(p) && len(above) > 0 && p != above[0] {
			out = append(out, p)
		}
	}
	return out
}

func within(n, least, most int) int { return max(min(n, most), least) }

// arranges tells whether panes of a lesson stand side by side.
func (m *Model) arranges() bool { return m.wide() && !m.zoom && m.hasBoard() }

// moves changes how panes share the screen, unless they are as small as they get.
func moves(columns, rows int) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		b, before := &m.lesson.bench, m.places()
		b.columns += columns
		b.rows += rows
		if slices.Equal(before, m.places()) {
			b.columns -= columns
			b.rows -= rows
		}
		return nil
	}
}

// asUsual undoes all that was moved and put away.
func (m *Model) asUsual() tea.Cmd {
	m.lesson.bench = workbench{}
	return nil
}

// puts puts a pane away, or back.
func puts(p pane) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		b := &m.lesson.bench
		if b.hidden == nil {
			b.hidden = map[pane]bool{}
		}
		b.hidden[p] = !b.hidden[p]
		if m.hides(m.focus) {
			m.focus, m.zoom = paneMain, false
		}
		return nil
	}
}

// putsSays names what the key does now.
func putsSays(p pane) func(*Model) string {
	return func(m *Model) string {
		if m.hides(p) {
			return "show the " + names[p]
		}
		return "hide the " + names[p]
	}
}
