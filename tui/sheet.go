package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/tui/panel"
)

// A sheet is a screen of lines with a cursor and, beside them, what there is to
// say about the line that the cursor is on. The model gives it panes, scrolling,
// footer, help and the way home; it keeps what it shows and its own keys.
//
// What a sheet has under way is a work; leaving the sheet ends it.
type sheet interface {
	// name is what the screen and its main pane are called.
	name() string
	// status is said at the right end of the header.
	status(m *Model) string
	// lines are all there is to show, and which of them the cursor is on.
	lines(m *Model, width int) (lines []string, at int)
	// move moves the cursor; it stops at both ends.
	move(m *Model, n int)
	// detail is about the line of the cursor; nil says that there is none.
	detail(m *Model, width int) []string
	// keys are its own, before those that every sheet has.
	keys() []binding
}

// stacked is a sheet whose lines are too wide for anything beside them: the
// details stand below.
type stacked interface{ stacked() }

// sheetMsg is a message for a sheet; it is dropped when that is not shown any
// more.
type sheetMsg interface {
	of() sheet
	update(*Model) tea.Cmd
}

// openSheet shows a sheet in place of the screen.
func (m *Model) openSheet(s sheet) {
	m.screen, m.sheet, m.focus, m.zoom = onSheet, s, paneMain, false
	clear(m.scrolls)
}

func (m *Model) leaveSheet() tea.Cmd {
	m.goHome()
	return nil
}

// goHome shows the home screen, from its top or where its cursor was.
func (m *Model) goHome() {
	m.screen, m.sheet, m.focus, m.zoom = onHome, nil, paneMain, false
	clear(m.scrolls)
	m.homeMove(0)
}

// sheetMove moves the cursor, or scrolls the pane beside it.
func (m *Model) sheetMove(n int) tea.Cmd {
	if m.focus != paneMain {
		m.scrollBy(n)
		return nil
	}
	m.sheet.move(m, n)
	m.scrolls[paneDetail] = 0
	m.seeCursor()
	return nil
}

// seeCursor scrolls the main pane so that the line of the cursor is seen.
func (m *Model) seeCursor() {
	width, height := m.inner(paneMain)
	_, at := m.sheet.lines(m, width)
	m.see(at, height)
}

// see scrolls the main pane so that a line is seen, with what stands right
// above it.
func (m *Model) see(line, height int) {
	switch top := m.scrolls[paneMain]; {
	case line < top+3:
		m.scrollTo(paneMain, line-3)
	case line >= top+height:
		m.scrollTo(paneMain, line-height+1)
	}
}

// hasDetail tells whether there is a pane beside the lines.
func (m *Model) hasDetail() bool {
	return m.screen == onSheet && m.sheet.detail(m, m.width) != nil
}

// alone tells whether what is said about a line hides the lines.
func (m *Model) alone() bool { return m.focus == paneDetail && (m.zoom || !m.wide()) }

// sheetEscSays names what esc does: it ends or closes what came last.
func (m *Model) sheetEscSays() string {
	switch {
	case m.work != nil:
		return "cancel"
	case m.alone():
		return "back"
	}
	return "leave"
}

func (m *Model) sheetEsc() tea.Cmd {
	switch m.sheetEscSays() {
	case "cancel":
		return m.cancelWork()
	case "back":
		m.focus = paneMain
		return nil
	}
	return m.leaveSheet()
}

// readKey shows what is said about a line, where that is not beside it.
func readKey() binding {
	return binding{keys: []string{"enter"}, show: "enter", does: "read", where: inSheet, foot: left, spare: 1, help: "what there is to say about the line",
		do: func(m *Model) tea.Cmd { m.focus = paneDetail; return nil },
		on: func(m *Model) bool { return !m.wide() && m.focus == paneMain && m.hasDetail() }}
}

// sheetPlaces puts what is said about a line beside the lines.
func (m *Model) sheetPlaces(width, height int) []place {
	if m.zoom || !m.wide() || !m.hasDetail() {
		return []place{{m.focus, 0, 0, width, height}}
	}
	if _, ok := m.sheet.(stacked); ok {
		top := height * 66 / 100
		return []place{{paneMain, 0, 0, width, top}, {paneDetail, 0, top, width, height - top}}
	}
	left := width * 58 / 100
	return []place{{paneMain, 0, 0, left, height}, {paneDetail, left, 0, width - left, height}}
}

func (m *Model) sheetHeader() string {
	s := m.styles
	return panel.Ends(" "+s.Title.Render("tentpole")+"  "+m.sheet.name(), s.Faint.Render(m.sheet.status(m))+" ", m.width)
}
