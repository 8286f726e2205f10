package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/markdown"
	"github.com/tentpole-labs/tentpole/tui/panel"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// page is a text in front of the screen. Its lines are made for a width, and
// anew for another.
type page struct {
	title  string
	lines  func(s styles.Styles, width int) []string
	keys   []binding // of its own, besides those that every page has
	scroll int
}

// pageMsg is what a page was waiting for.
type pageMsg struct {
	page  *page
	lines func(s styles.Styles, width int) []string
	keys  []binding
}

func (p pageMsg) update(m *Model) {
	if m.page == p.page {
		m.page.lines, m.page.keys = p.lines, p.keys
	}
}

func (m *Model) openPage(title string, lines func(styles.Styles, int) []string) *page {
	m.page = &page{title: title, lines: lines}
	return m.page
}

// sentence is a page of one paragraph.
func sentence(text string) func(styles.Styles, int) []string {
	return func(_ styles.Styles, width int) []string { return panel.Wrap(text, width) }
}

// paragraphs are the lines of an error, each fit for a terminal.
func paragraphs(err error) func(styles.Styles, int) []string {
	return func(_ styles.Styles, width int) (out []string) {
		for line := range strings.Lines(err.Error()) {
			out = append(out, panel.Wrap(facts.Clean(strings.TrimSuffix(line, "\n")), width)...)
		}
		return out
	}
}

func (m *Model) pageScroll(n int) {
	m.page.scroll = max(min(m.page.scroll+n, m.pageBelow()), 0)
}

// pageBelow is how far the page can be scrolled.
func (m *Model) pageBelow() int {
	width, height := panel.Box{Width: m.width, Height: m.bodyHeight()}.Inner()
	return len(m.page.lines(m.styles, width)) - height
}

func (m *Model) pageLong() bool { return m.pageBelow() > 0 }

// openHelp lists every key that does something on this screen.
func (m *Model) openHelp() tea.Cmd {
	rows, own := m.help(), "F1 to F4"
	if m.class != nil {
		own = "F1 to F5"
	}
	p := m.openPage("help", func(s styles.Styles, width int) []string {
		out := append(panel.Wrap("Capital letters give away or end something. Those marked (asks) ask first.", width), "")
		for _, r := range rows {
			key := s.Key.Render(panel.Pad(r[0], helpKey))
			for _, line := range panel.Wrap(r[1], max(width-helpKey, 1)) {
				out, key = append(out, key+line), panel.Pad("", helpKey)
			}
		}
		return append(append(out, ""), panel.Wrap(s.Faint.Render("In a shell all keys go there but ctrl-g, "+own+" and shift-pgup."), width)...)
	})
	p.keys = []binding{{keys: []string{"?", "f1"}, where: inPage, do: (*Model).closePage}}
	return nil
}

// helpKey is how wide the column of keys is.
const helpKey = 14

func (m *Model) closePage() tea.Cmd {
	m.page = nil
	return nil
}

// openPlan shows what would be asked of the kernel.
func (m *Model) openPlan() tea.Cmd {
	p := m.openPage("plan: what would be asked of the kernel", sentence("Working it out …"))
	var make func() (*sandbox.Plan, error)
	engine, same := m.opt.Engine, ""
	if m.screen == onSandbox {
		spec := m.free.shownSpec()
		make = func() (*sandbox.Plan, error) { return engine.Plan(spec) }
	} else {
		step, player := m.lesson.session.Walk.Step(), m.lesson.tent.player
		make = func() (*sandbox.Plan, error) { return player.Plan(step) }
		same = play.Same(step.Run, m.opt.Variant)
	}
	return m.job(func() tea.Msg {
		plan, err := make()
		if err != nil {
			return pageMsg{page: p, lines: sentence(clean(err))}
		}
		return pageMsg{page: p, lines: func(s styles.Styles, width int) []string {
			out := panel.Plan(s, plan, width)
			if same != "" {
				out = append(append(out, "", s.Strong.Render("The same with unshare and Docker"), ""), markdown.Lines(s, same, width)...)
			}
			return out
		}}
	})
}
