package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/glamour/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/tentpole-labs/tentpole/lessons/play"
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

// markdown returns a text as lines. Until it is rendered, which takes too long
// for here, it is plain.
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
		cmds = append(cmds, m.job(func() tea.Msg { return renderedMsg{key, render(style, text, width)} }))
	}
	return tea.Batch(cmds...)
}

// stepTexts are the texts that the step may show.
func (m *Model) stepTexts() []string {
	step, v := m.lesson.session.Walk.Step(), m.opt.Variant
	texts := append(step.Hints(v), step.Body(v), step.After(v), step.Solution(v))
	if step.Predict != nil {
		texts = append(texts, step.Predict.Ask)
	}
	if step.Quiz != nil {
		texts = append(texts, step.Quiz.Ask)
	}
	return texts
}

// render is the slow part: about 20 ms for a page.
func render(s styles.Styles, text string, width int) []string {
	source, hang := joinItems(text)
	r, err := glamour.NewTermRenderer(glamour.WithStyles(s.Markdown()), glamour.WithWordWrap(max(width-hang, 1)))
	if err != nil {
		return strings.Split(play.Text(text, width), "\n")
	}
	out, err := r.Render(source)
	if err != nil {
		return strings.Split(play.Text(text, width), "\n")
	}
	var lines []string
	for line := range strings.SplitSeq(out, "\n") {
		if blank := strings.TrimSpace(ansi.Strip(line)) == ""; blank {
			line = ""
		}
		if line == "" && (len(lines) == 0 || lines[len(lines)-1] == "") {
			continue
		}
		lines = append(lines, line)
	}
	if n := len(lines); n > 0 && lines[n-1] == "" {
		lines = lines[:n-1]
	}
	if hang > 0 {
		hangItems(lines)
	}
	return lines
}
