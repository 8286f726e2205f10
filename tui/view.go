package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons/play"
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
		lines = append(lines, m.headerOrNews())
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
		Title: m.title(at.pane) + m.stepAway(at.pane), Width: at.width, Height: at.height, Scroll: m.scrolls[at.pane],
		Focus: at.pane == m.focus, Flush: at.pane.isShell(),
	}
	width, height := b.Inner()
	b.Lines = m.content(at.pane, width, height)
	switch {
	case at.pane.isShell():
		b.Scroll, b.Foot = 0, m.shellFoot(at.pane)
	case at.pane == paneConsole:
		b.Scroll, b.Foot = 0, m.lastWords()
	case at.pane != paneTent || m.inWords():
		b.Scroll = max(min(b.Scroll, len(b.Lines)-height), 0)
		b.Foot = m.more(len(b.Lines), b.Scroll, height)
	}
	if b.Focus && m.onItem() {
		b.Mark = m.items(at.pane)[m.item()] + 1
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
var names = map[pane]string{paneBoard: "board", paneKernel: "kernel", paneInside: "INSIDE", paneHost: "HOST", paneTent: "tent", paneDetail: "about this line", paneLive: "live", paneConsole: "console"}

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
	kind, rising := m.rising()
	switch {
	case p == paneTent && rising:
		return s.Title.Render(kind.Name)
	case p == paneTent && m.screen == onHome:
		return s.Title.Render("the poles")
	case p.isShell():
		return m.shellTitle(p)
	case p == paneConsole:
		return s.Title.Render("the console of the house's kernel")
	case p == paneLive && m.free.box().house != nil:
		return s.Title.Render("the house")
	case p == paneLive:
		return s.Title.Render("what it uses")
	case p == paneKernel && m.screen == onSandbox && !m.free.tent.live:
		return s.Title.Render("what would be asked of the kernel")
	case m.ofStepBefore() && (p == paneBoard || p == paneKernel):
		return s.Title.Render(m.name(p) + ": the step before")
	case p == paneKernel:
		return s.Title.Render("what the kernel was asked")
	case p == paneBoard && m.onTask():
		return s.Title.Render("board: what changed")
	}
	return s.Title.Render(m.name(p))
}

// stepAway is the title of the lesson's step, for the border of a pane where it
// is not in sight: it was scrolled away, or another pane has its place.
func (m *Model) stepAway(p pane) string {
	alone := m.zoom || !m.wide()
	if m.screen != onLesson || m.scrolls[paneMain] == 0 && p == paneMain || p != paneMain && !alone {
		return ""
	}
	return "   " + m.styles.Strong.Render(m.lesson.session.Walk.Step().Title)
}

// ofStepBefore tells whether what is shown of the sandbox is of another step,
// until the one at hand has run.
func (m *Model) ofStepBefore() bool {
	return m.screen == onLesson && m.lesson.tent.plan != nil && m.lesson.tent.of != m.lesson.session.Walk.Step().ID
}

func (m *Model) boardLines(t *tent, width int) []string {
	return panel.Board{Rows: m.boardRows(t), Changed: t.changed}.Lines(m.styles, width)
}

func (m *Model) kernelLines(t *tent, width int) []string {
	if m.screen == onSandbox && !t.live && t.busy == nil {
		return m.freePlanLines(width)
	}
	return panel.Kernel(m.styles, m.asked(t), t.layers().List(), width)
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
	lesson := fmt.Sprintf("lesson %d of %d", l.number, len(m.opt.Course.Lessons))
	switch {
	case m.focus.isShell() && m.onTask():
		boxes, part := m.taskParts()
		line := strings.Join(nonEmpty(boxes, part), " ")
		return m.ends([]string{" " + s.Strong.Render("your turn") + " · " + line, " " + line, " " + part},
			[]string{info.ID + "  " + step + "  " + lesson + " ", step + "  " + lesson + " ", step + " ", ""})
	case m.onWall():
		time := sinceBegan(m.opt.Now(), m.presents.began, info.Minutes)
		return panel.Ends(" "+s.Title.Render(info.Title)+"   "+step, s.Strong.Render(time)+" ", m.width)
	case !m.wide():
		name := " " + s.Title.Render(info.ID) + "   "
		raised := s.Faint.Render(m.raisedLine()) + " "
		return m.ends([]string{name + step + "   " + lesson, name + step}, []string{raised, s.Faint.Render(m.raisedCount()) + " ", ""})
	}
	left := " " + s.Title.Render("tentpole") + "  " + partTitle(m.opt.Course, info.Part) + "  ›  " + s.Strong.Render(info.Title)
	return panel.Ends(left, s.Faint.Render(fmt.Sprintf("%s   %s   %d min ", step, lesson, info.Minutes)), m.width)
}

// ends puts a text at either end of the header: the longest of the right ones
// that there is room for beside the longest of the left ones, at last the
// shortest of both.
func (m *Model) ends(left, right []string) string {
	for _, l := range left {
		for _, r := range right {
			if panel.Width(l)+2+panel.Width(r) <= m.width {
				return panel.Ends(l, r, m.width)
			}
		}
	}
	return panel.Ends(left[len(left)-1], right[len(right)-1], m.width)
}

// raisedCount says how many layers are raised, once there is a sandbox.
func (m *Model) raisedCount() string {
	if t := m.lesson.tent; t.plan != nil {
		return panel.Raised(t.layers())
	}
	return ""
}

// raisedLine says what is raised and what that changed, where the tent is not
// drawn.
func (m *Model) raisedLine() string {
	t, line := m.lesson.tent, m.raisedCount()
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

// taskParts are the task in one line: a box a part, and the first that is open.
func (m *Model) taskParts() (boxes, open string) {
	w := m.lesson.session.Walk
	parts := m.parts(w.Step(), w.State())
	if play.NotYet(parts) == "" {
		return "", "all parts are done: F2 goes back"
	}
	var all []string
	for _, p := range parts {
		if all = append(all, tick(p.Done)); !p.Done && open == "" {
			open = p.Say
		}
	}
	return strings.Join(all, " "), open
}

// footer says what the keys do.
func (m *Model) footer() string {
	s := m.styles
	switch {
	case m.ask != nil:
		return m.questionFoot()
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
	said, taken := map[string]bool{}, map[string]bool{}
	for _, b := range m.bindings() {
		if b.foot == unseen || !m.applies(b) {
			continue
		}
		does := b.does
		if b.says != nil {
			does = b.says(m)
		}
		// n need not be named where enter does the same, and a key does one thing
		if said[does] || slices.ContainsFunc(b.keys, func(k string) bool { return taken[k] }) {
			continue
		}
		said[does] = true
		for _, k := range b.keys {
			taken[k] = true
		}
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
