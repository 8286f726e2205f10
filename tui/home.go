package tui

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/panel"
)

// home is the first screen: the course and what else there is.
type home struct {
	progress lessons.Progress
	read     bool // the whole course and the progress were read, or could not be
	cursor   int
	ability  string
}

// entry is a line of the home screen that can be opened.
type entry struct {
	label  string
	detail string
	part   string // heading above it, empty for none
	lesson *lessons.Lesson
	open   func(*Model) tea.Cmd
}

// entries are the lines of the home screen, top to bottom.
func (m *Model) entries() []entry {
	var out []entry
	course := m.opt.Course
	if e, ok := m.currentEntry(); ok {
		out = append(out, e)
	}
	part := -1
	for _, l := range course.Lessons {
		e := entry{label: l.Title, lesson: l, detail: m.tally(l), open: opening(l.ID)}
		if l.Part != part {
			part = l.Part
			e.part = partTitle(course, part)
		}
		out = append(out, e)
	}
	out = append(out,
		entry{label: "sandbox", detail: "raise any layers, and look around inside", part: "Freely", open: (*Model).openSandbox},
		entry{label: "experiments", detail: "do something inside, look for it outside", open: (*Model).openExperiments})
	if m.opt.Lab.Claims != nil {
		out = append(out, entry{label: "claims", detail: "judge what has been published, and put it on trial", open: (*Model).openClaims})
	}
	if hasGlossary(m) {
		out = append(out, entry{label: "glossary", detail: "the terms of the course, and what they mean", open: (*Model).openGlossary})
	}
	return append(out,
		entry{label: "doctor", detail: "try what this machine can do", open: (*Model).openDoctor},
		entry{label: "settings", detail: "colours, signs, mouse, motion, keys", open: (*Model).openSettings})
}

// currentEntry is the lesson to go on with, if there is one. Until it is known
// the line is there already, so that none moves.
func (m *Model) currentEntry() (entry, bool) {
	if !m.home.read {
		return entry{label: "continue", detail: "where you left is being looked up", open: (*Model).openCurrent}, true
	}
	l := m.current()
	if l == nil {
		return entry{}, false
	}
	detail := l.Title
	if at := m.home.progress.Lessons[l.ID].At; at != "" && l.Step(at) != nil {
		detail += ", " + l.Step(at).Title
	}
	label := "next"
	switch _, begun := m.home.progress.Lessons[l.ID]; {
	case begun:
		label = "continue"
	case len(m.home.progress.Lessons) == 0:
		label = "begin"
	}
	return entry{label: label, detail: detail, open: (*Model).openCurrent}, true
}

// tally is how much of a lesson is done; an outline does not know.
func (m *Model) tally(l *lessons.Lesson) string {
	minutes := fmt.Sprintf("   %2d min", l.Minutes)
	if !m.home.read {
		return fmt.Sprintf("%18s", "") + minutes
	}
	done := m.home.progress.DoneSteps(l)
	out := fmt.Sprintf("%s %2d of %2d steps", tick(done == len(l.Steps)), done, len(l.Steps)) + minutes
	if done < len(l.Steps) && m.home.progress.Knows(l) {
		out += "   known"
	}
	if m.held(l.ID) {
		out += "   held"
	}
	return out
}

// openCurrent opens the lesson to go on with, once it is known.
func (m *Model) openCurrent() tea.Cmd {
	if l := m.current(); l != nil && m.home.read {
		return m.openLesson(l)
	}
	return nil
}

// opening returns what opens the lesson with that id, once the course was read.
func opening(id string) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		if !m.home.read {
			return nil
		}
		l, err := m.opt.Course.Lesson(id)
		if err != nil {
			m.trouble("learn", err)
			return nil
		}
		return m.openLesson(l)
	}
}

func partTitle(c *lessons.Course, number int) string {
	title := fmt.Sprintf("Part %d", number)
	if t := c.PartTitle(number); t != "" {
		title += " · " + t
	}
	return title
}

func tick(done bool) string {
	if done {
		return "[x]"
	}
	return "[ ]"
}

// current is the lesson to go on with: the first that is begun and not done,
// or else the first that is not done.
func (m *Model) current() *lessons.Lesson {
	var first *lessons.Lesson
	for _, l := range m.opt.Course.Lessons {
		if m.home.progress.DoneSteps(l) == len(l.Steps) || m.home.progress.Knows(l) {
			continue
		}
		if _, begun := m.home.progress.Lessons[l.ID]; begun {
			return l
		}
		if first == nil {
			first = l
		}
	}
	return first
}

// homeLines draws the home screen's list, and says which line the cursor is on.
func (m *Model) homeLines(width int) (lines []string, at int) {
	s := m.styles
	top := panel.Wrap(s.Title.Render(m.opt.Course.Title)+". Raise it one pole at a time, and watch what keeps the rain out.", width)
	var items []panel.Item
	entries := m.entries()
	for i, e := range entries {
		apart := i > 0 && (e.lesson == nil) != (entries[i-1].lesson == nil)
		items = append(items, panel.Item{Head: e.part, Label: e.label, Detail: e.detail, Whole: true, Apart: apart})
	}
	return panel.List(s, append(top, ""), items, m.home.cursor, width)
}

func (m *Model) homeMove(n int) {
	last := len(m.entries()) - 1
	m.home.cursor = max(min(m.home.cursor+n, last), 0)
	width, height := m.inner(paneMain)
	if m.home.cursor == 0 {
		m.scrollTo(paneMain, 0)
		return
	}
	_, at := m.homeLines(width)
	m.see(at, height)
}

// homeTurn moves by as many lines as most of what is seen.
func (m *Model) homeTurn(n int) {
	_, height := m.inner(paneMain)
	m.homeMove(n * max(height*2/3, 1))
}

func (m *Model) homeOpen() tea.Cmd {
	entries := m.entries()
	if !m.home.read || m.home.cursor >= len(entries) {
		return nil
	}
	return entries[m.home.cursor].open(m)
}

// homeMsg is a message for the home screen.
type homeMsg interface{ update(*Model) tea.Cmd }

// readCourse reads the whole course, where only its outline is there so far.
func (m *Model) readCourse() tea.Cmd {
	whole := m.opt.Whole
	if whole == nil {
		return m.readProgress()
	}
	return m.job(func() tea.Msg {
		c, err := whole()
		return courseReadMsg{c, err}
	})
}

type courseReadMsg struct {
	course *lessons.Course
	err    error
}

func (c courseReadMsg) update(m *Model) tea.Cmd {
	if c.err != nil {
		m.trouble("the course could not be read", c.err)
		return nil
	}
	m.opt.Course = c.course
	return m.readProgress()
}

// readProgress reads what was done so far.
func (m *Model) readProgress() tea.Cmd {
	if m.opt.Store == nil {
		m.home.read = true
		return m.startLesson()
	}
	store := m.opt.Store
	return m.job(func() tea.Msg {
		p, err := store.Read()
		return progressReadMsg{p, err}
	})
}

type progressReadMsg struct {
	progress *lessons.Progress
	err      error
}

func (p progressReadMsg) update(m *Model) tea.Cmd {
	m.home.read = true
	if p.progress != nil {
		m.home.progress = *p.progress
	}
	m.trouble("progress could not be read", p.err)
	return m.startLesson()
}

// startLesson opens the lesson that was asked for on the command line, once.
func (m *Model) startLesson() tea.Cmd {
	id := m.opt.Start
	if id == "" {
		return nil
	}
	m.opt.Start = ""
	return tea.Batch(opening(id)(m), m.atInvited())
}

// askAbility finds out in one line what this machine can do.
func (m *Model) askAbility() tea.Cmd {
	ask := m.opt.Ability
	if ask == nil {
		ask = func(context.Context) (string, error) { return m.plainAbility() }
	}
	ctx := m.ctx
	return m.job(func() tea.Msg {
		line, err := ask(ctx)
		if err != nil {
			line = clean(err)
		}
		return abilityMsg(facts.Clean(line))
	})
}

// plainAbility asks the planner whether a container can be had at all, and
// what it would take.
func (m *Model) plainAbility() (string, error) {
	p, err := m.opt.Engine.Plan(sandbox.Spec{Layers: sandbox.Set(sandbox.Mount)})
	switch {
	case err != nil:
		return "", err
	case p.Rootless:
		return "As an ordinary user: the layer user is raised with the first other one.", nil
	}
	return "As root: each layer can be raised by itself.", nil
}

type abilityMsg string

func (a abilityMsg) update(m *Model) tea.Cmd {
	m.home.ability = string(a)
	return nil
}
