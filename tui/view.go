package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/panel"
	"github.com/tentpole-labs/tentpole/tui/settings"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// View implements tea.Model.
func (m *Model) View() tea.View {
	v := tea.NewView(m.screenText())
	v.AltScreen = true
	v.WindowTitle = "tentpole"
	if m.settings.Get(settings.Mouse) == settings.On {
		v.MouseMode = tea.MouseModeCellMotion
	}
	v.Cursor = m.cursor()
	return v
}

// screenText is the whole screen, exactly as many lines as it is high.
func (m *Model) screenText() string {
	var lines []string
	switch {
	case m.width < 1 || m.height < 1:
		return ""
	case m.tooSmall():
		lines = append(make([]string, (m.height-1)/2), fmt.Sprintf("too small: %d×%d needed", leastWidth, leastHeight))
	default:
		lines = append(lines, m.header())
		if m.height >= tallHeight {
			lines = append(lines, "")
		}
		lines = append(lines, m.body()...)
		if m.height >= tallHeight {
			lines = append(lines, "")
		}
		lines = append(lines, m.footer())
	}
	text := strings.Join(panel.Fit(lines, m.width, m.height), "\n")
	if m.styles.ASCII {
		text = styles.Fold(text)
	}
	return text
}

// body draws the panes, or the page in front of them.
func (m *Model) body() []string {
	width, height := m.width, m.bodyHeight()
	if m.finder != nil {
		return m.finderBox(width, height).Draw(m.styles)
	}
	if p := m.page; p != nil {
		box := panel.Box{Title: m.styles.Title.Render(p.title), Width: width, Height: height, Focus: true}
		inner, rows := box.Inner()
		box.Lines = p.lines(m.styles, inner)
		box.Scroll = max(min(p.scroll, len(box.Lines)-rows), 0)
		box.Foot = m.more(len(box.Lines), box.Scroll, rows)
		return box.Draw(m.styles)
	}
	rows := make([]string, height)
	for _, at := range m.places() {
		for i, line := range m.box(at).Draw(m.styles) {
			rows[at.y+i] += line // places come from left to right
		}
	}
	return rows
}

// box is a pane with its border.
func (m *Model) box(at place) panel.Box {
	b := panel.Box{
		Title: m.title(at.pane), Width: at.width, Height: at.height, Scroll: m.scrolls[at.pane],
		Focus: at.pane == m.focus, Flush: at.pane.isShell(),
	}
	width, height := b.Inner()
	b.Lines = m.content(at.pane, width, height)
	if at.pane.isShell() {
		b.Scroll, b.Foot = 0, m.shellFoot(at.pane)
	} else if at.pane != paneTent {
		b.Scroll = max(min(b.Scroll, len(b.Lines)-height), 0)
		b.Foot = m.more(len(b.Lines), b.Scroll, height)
	}
	return b
}

// more says that there is more than is seen.
func (m *Model) more(lines, scroll, height int) string {
	switch {
	case scroll+height < lines && scroll > 0:
		return m.styles.Faint.Render("more above and below: up, down")
	case scroll+height < lines:
		return m.styles.Faint.Render("more below: down")
	case scroll > 0:
		return m.styles.Faint.Render("more above: up")
	}
	return ""
}

// names are what panes are called.
var names = map[pane]string{paneBoard: "board", paneKernel: "kernel", paneInside: "INSIDE", paneHost: "HOST", paneTent: "tent", paneDetail: "about this line", paneLive: "live"}

func (m *Model) name(p pane) string {
	if p != paneMain {
		return names[p]
	}
	switch m.screen {
	case onLesson:
		return "lesson"
	case onSandbox:
		return m.freeName()
	case onSheet:
		return m.sheet.name()
	}
	return "tentpole"
}

// title is what stands in the border of a pane. Where panes take turns it is
// all their names, the one that is seen standing out.
func (m *Model) title(p pane) string {
	s := m.styles
	if alone := m.zoom || !m.wide(); alone && !p.isShell() && len(m.panes()) > 1 {
		var tabs []string
		for _, other := range m.panes() {
			if other == p {
				tabs = append(tabs, s.Title.Render("["+m.name(other)+"]"))
				continue
			}
			tabs = append(tabs, s.Faint.Render(m.name(other)))
		}
		return strings.Join(tabs, " · ")
	}
	switch {
	case p == paneTent && m.screen == onHome:
		return s.Title.Render("the poles")
	case p.isShell():
		return m.shellTitle(p)
	case p == paneLive:
		return s.Title.Render("what it uses")
	case p == paneKernel && m.screen == onSandbox && !m.free.tent.live:
		return s.Title.Render("what would be asked of the kernel")
	case p == paneKernel:
		return s.Title.Render("what the kernel was asked")
	case p == paneBoard && m.onTask():
		return s.Title.Render("board: what changed")
	}
	return s.Title.Render(m.name(p))
}

// boardLines is the board with the rows in front that matter to the step.
// While a task is done only those are shown, unless the board has the keys.
func (m *Model) boardLines(t *tent, width int) []string {
	var observe []string
	if m.screen == onLesson {
		if r := m.lesson.session.Walk.Step().Run; r != nil {
			observe = r.Observe
		}
	}
	matter := append(slices.Clone(observe), t.changed...)
	rows := panel.First(t.board.Rows, matter)
	if m.onTask() && m.focus != paneBoard {
		rows = slices.DeleteFunc(rows, func(r facts.Row) bool {
			return !slices.Contains(matter, r.ID) && (r.Word == facts.Shared || r.Word == facts.None)
		})
	}
	return panel.Board{Rows: rows, Changed: t.changed}.Lines(m.styles, width)
}

func (m *Model) kernelLines(t *tent, width int) []string {
	if m.screen == onSandbox && !t.live && t.busy == nil {
		return m.freePlanLines(width)
	}
	transcript, layers := t.transcript, t.layers().List()
	if b := t.busy; b != nil && len(b.now.Transcript) > 0 {
		transcript = b.now.Transcript
	}
	return panel.Kernel(m.styles, transcript, layers, width)
}

// header says where the learner is.
func (m *Model) header() string {
	s := m.styles
	switch m.screen {
	case onLesson:
		return m.lessonHeader()
	case onSheet:
		return m.sheetHeader()
	case onSandbox:
		return m.freeHeader()
	}
	return panel.Ends(" "+s.Title.Render("tentpole"), s.Faint.Render(m.home.ability)+" ", m.width)
}

func (m *Model) lessonHeader() string {
	s, l := m.styles, m.lesson
	w := l.session.Walk
	info := w.Lesson()
	step := fmt.Sprintf("step %d of %d", w.At()+1, len(info.Steps))
	if m.focus.isShell() && m.onTask() && !m.wide() {
		line := " " + s.Strong.Render("your turn") + " · " + m.taskLine()
		for _, where := range []string{info.ID + "  " + step + " ", step + " "} {
			if panel.Width(line)+2+panel.Width(where) <= m.width {
				return panel.Ends(line, where, m.width)
			}
		}
		return panel.Pad(line, m.width)
	}
	if m.onWall() {
		time := sinceBegan(m.opt.Now(), m.presents.began, info.Minutes)
		return panel.Ends(" "+s.Title.Render(info.Title)+"   "+step, s.Strong.Render(time)+" ", m.width)
	}
	if !m.wide() {
		return panel.Ends(" "+s.Title.Render(info.ID)+"   "+step, s.Faint.Render(m.raisedLine())+" ", m.width)
	}
	left := " " + s.Title.Render("tentpole") + "  " + partTitle(m.opt.Course, info.Part) + "  ›  " + s.Strong.Render(info.Title)
	right := fmt.Sprintf("%s   lesson %d of %d   %d min ", step, l.number, len(m.opt.Course.Lessons), info.Minutes)
	return panel.Ends(left, s.Faint.Render(right), m.width)
}

// raisedLine says what is raised and what that changed, where the tent is not
// drawn.
func (m *Model) raisedLine() string {
	t := m.lesson.tent
	if t.plan == nil {
		return ""
	}
	line := panel.Raised(t.layers())
	if t.of != m.lesson.session.Walk.Step().ID {
		return line
	}
	var added []string
	for _, l := range t.layers().List() {
		if !t.before.Has(l) {
			added = append(added, string(l))
		}
	}
	if len(added) > 0 {
		line += " · new: " + strings.Join(added, ", ")
	}
	return line
}

// taskLine is the task in one line: a box a part, and the first that is open.
func (m *Model) taskLine() string {
	w := m.lesson.session.Walk
	parts := m.parts(w.Step(), w.State())
	if play.NotYet(parts) == "" {
		return "all parts are done: F2 goes back"
	}
	var boxes []string
	for _, p := range parts {
		boxes = append(boxes, tick(p.Done))
	}
	line := strings.Join(boxes, " ")
	for _, p := range parts {
		if !p.Done {
			return line + " " + p.Say
		}
	}
	return line
}

// footer says what the keys do.
func (m *Model) footer() string {
	s := m.styles
	switch {
	case m.ask != nil:
		return " " + s.Strong.Render(m.ask.text) + "   " + s.Key.Render("y") + " yes  " + s.Key.Render("n") + " no"
	case m.finder != nil:
		return m.finderFoot()
	case m.notice != "":
		return " " + s.Strong.Render(m.notice)
	case m.editing():
		return " " + s.Key.Render("enter") + " keep it  " + s.Key.Render("esc") + " leave it as it was  " + s.Key.Render("ctrl-u") + " begin anew"
	case m.writing():
		return " your words   " + s.Key.Render("enter") + " keep them  " + s.Key.Render("esc") + " put them away  " + s.Key.Render("ctrl-u") + " begin anew"
	case m.inShell():
		return m.shellFooter()
	}
	var items []footItem
	said := map[string]bool{}
	for _, b := range m.bindings() {
		if b.foot == unseen || !m.applies(b) {
			continue
		}
		does := b.does
		if b.says != nil {
			does = b.says(m)
		}
		if said[does] { // n need not be named where enter does the same
			continue
		}
		said[does] = true
		items = append(items, footItem{s.Key.Render(m.shows(b.keys[0], b.show)) + " " + does, b.foot, b.spare})
	}
	return footerLine(items, m.width)
}

// footItem is a key and what it does, as the footer says it.
type footItem struct {
	text  string
	foot  foot
	spare int
}

// footerLine leaves out what has no room: first what can be spared the most,
// of equals the last.
func footerLine(items []footItem, width int) string {
	gap := "   "
	if width < wideWidth {
		gap = "  "
	}
	for {
		var sides [3][]string
		drop := -1
		for i, it := range items {
			sides[it.foot] = append(sides[it.foot], it.text)
			if drop < 0 || it.spare >= items[drop].spare {
				drop = i
			}
		}
		l, r := " "+strings.Join(sides[left], gap), strings.Join(sides[right], gap)+" "
		if panel.Width(l)+panel.Width(r)+2 <= width || len(items) <= 1 {
			return panel.Ends(l, r, width)
		}
		items = slices.Delete(items, drop, drop+1)
	}
}

// help lists the keys that apply somewhere on this screen.
func (m *Model) help() [][2]string {
	var out [][2]string
	for _, b := range m.bindings() {
		if b.where&m.scope() == 0 {
			continue
		}
		text := b.help
		if text == "" {
			text = b.does
		}
		out = append(out, [2]string{m.shows(b.keys[0], b.show), text})
	}
	return out
}
