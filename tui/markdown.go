package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/tui/markdown"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// rendering is a text at a width in a theme: what rendered texts are kept by.
type rendering struct {
	text  string
	width int
	theme styles.Theme
}

// mostRendered bounds the texts that are kept.
const mostRendered = 200

type renderedMsg struct {
	key   rendering
	lines []string
}

func (m *Model) renderingOf(text string, width int) rendering {
	return rendering{text, width, m.styles.Theme}
}

// markdown returns a text as lines. Until it is rendered, by a command, it is
// plain.
func (m *Model) markdown(text string, width int) []string {
	if text == "" {
		return nil
	}
	if lines, ok := m.rendered[m.renderingOf(text, width)]; ok {
		return lines
	}
	return strings.Split(play.Text(text, width), "\n")
}

// renderMissing renders the texts of the step at hand that are not yet.
func (m *Model) renderMissing() tea.Cmd {
	width, _ := m.inner(paneMain)
	width = min(width, measure)
	var cmds []tea.Cmd
	for _, text := range m.stepTexts() {
		key := m.renderingOf(text, width)
		if _, ok := m.rendered[key]; ok || m.rendering[key] || text == "" || width < 1 {
			continue
		}
		if len(m.rendered) > mostRendered {
			clear(m.rendered)
		}
		m.rendering[key] = true
		style := m.styles
		cmds = append(cmds, m.job(func() tea.Msg { return renderedMsg{key, markdown.Lines(style, text, width)} }))
	}
	return tea.Batch(cmds...)
}

// stepTexts are the texts that the step may show.
func (m *Model) stepTexts() []string {
	step, v := m.lesson.session.Walk.Step(), m.opt.Variant
	texts := append(step.Hints(v), step.After(v), step.Without(v), step.Solution(v))
	texts = append(texts, step.Parts(v)...)
	if step.Predict != nil {
		texts = append(texts, step.Predict.Ask)
	}
	if step.Order != nil {
		texts = append(texts, step.Order.Ask)
	}
	if step.Explain != nil {
		texts = append(texts, step.Explain.Ask)
	}
	if step.Quiz != nil {
		texts = append(texts, step.Quiz.Ask)
	}
	return texts
}
