package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/tui/markdown"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// The glossary: one page of all terms, those of the lesson at hand first, and
// each by its name in the finder.

func (m *Model) readGlossary() tea.Cmd {
	read := m.opt.Glossary
	if read == nil {
		return nil
	}
	return m.job(func() tea.Msg {
		g, err := read()
		return glossaryMsg{g, err}
	})
}

type glossaryMsg struct {
	terms lessons.Glossary
	err   error
}

func (g glossaryMsg) update(m *Model) tea.Cmd {
	m.glossary = g.terms
	m.trouble("the glossary could not be read", g.err)
	return nil
}

func hasGlossary(m *Model) bool { return len(m.glossary) > 0 }

func (m *Model) openGlossary() tea.Cmd {
	here, rest := "", m.glossary
	if m.screen == onLesson {
		here = m.lesson.session.Walk.Lesson().ID
		rest = slices.Clone(rest)
		slices.SortStableFunc(rest, func(a, b lessons.Term) int { return first(a, here) - first(b, here) })
	}
	m.openPage("glossary", m.termPage(rest, here))
	return nil
}

func first(t lessons.Term, lesson string) int {
	if t.Lesson == lesson {
		return 0
	}
	return 1
}

// foundTerms are the terms, each a page.
func (m *Model) foundTerms() []found {
	out := make([]found, 0, len(m.glossary))
	for _, t := range m.glossary {
		name := strings.Join(t.Names, ", ")
		out = append(out, found{label: name, hint: "term", do: func(m *Model) tea.Cmd {
			m.openPage("glossary: "+name, m.termPage(lessons.Glossary{t}, ""))
			return nil
		}})
	}
	return out
}

// termPage are the lines of a page of terms, of which those of a lesson come
// first. They are drawn once for a width.
func (m *Model) termPage(terms lessons.Glossary, here string) func(styles.Styles, int) []string {
	var drawn []string
	of := 0
	return func(s styles.Styles, width int) []string {
		if width == of {
			return drawn
		}
		of, drawn = width, nil
		for i, t := range terms {
			switch {
			case here == "":
			case i == 0 && t.Lesson == here:
				drawn = append(drawn, s.Faint.Render("First met in this lesson"), "")
			case t.Lesson != here && (i == 0 || terms[i-1].Lesson == here):
				drawn = append(drawn, s.Faint.Render("All others"), "")
			}
			drawn = append(append(drawn, m.termLines(s, t, min(width, measure))...), "")
		}
		return drawn
	}
}

// termLines are a term, what it means, and where to go on.
func (m *Model) termLines(s styles.Styles, t lessons.Term, width int) []string {
	where := t.Lesson
	if l, err := m.opt.Course.Lesson(t.Lesson); err == nil {
		where = l.Title
	}
	if t.Manual != "" {
		where += " · " + t.Manual
	}
	out := []string{s.Strong.Render(strings.Join(t.Names, ", "))}
	for _, line := range append(markdown.Lines(s, t.Meaning, width-2), s.Faint.Render("lesson: "+where)) {
		out = append(out, "  "+line)
	}
	return out
}
