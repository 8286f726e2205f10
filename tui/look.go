package tui

import (
	"image/color"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/tui/panel"
	"github.com/tentpole-labs/tentpole/tui/settings"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// What the screen looks like: what the command line and the environment say
// goes first, then the settings, then what the terminal answered.

// theme is the theme asked for; empty for the terminal's own.
func (m *Model) theme() styles.Theme {
	if m.opt.Theme != "" {
		return m.opt.Theme
	}
	if word := m.settings.Get(settings.Theme); word != settings.Auto {
		return styles.Theme(word)
	}
	return ""
}

// restyle makes the styles anew, for other settings or another background.
func (m *Model) restyle() {
	theme := m.theme()
	if theme == "" || theme == styles.HighContrast {
		theme = styles.ForBackground(theme, m.background)
	}
	m.styles = styles.New(theme, m.opt.ASCII || m.settings.Get(settings.Signs) == settings.ASCII)
}

// askBackground asks the terminal where the theme depends on it.
func (m *Model) askBackground() tea.Cmd {
	if theme := m.theme(); theme != "" && theme != styles.HighContrast || m.background != nil {
		return nil
	}
	return tea.RequestBackgroundColor
}

// paper is what the terminal says its background is.
func (m *Model) paper(c color.Color) {
	m.background = c
	m.restyle()
}

// still tells whether nothing is to move by itself.
func (m *Model) still() bool { return m.settings.Get(settings.Motion) == settings.Reduced }

// inWords tells whether the tent is told, not drawn.
func (m *Model) inWords() bool { return m.settings.Get(settings.Tent) == settings.Words }

// tellTent goes from the drawing to words and back; it is kept.
func (m *Model) tellTent() tea.Cmd {
	cmd := m.set(settings.Tent, 1)
	if m.focus == paneTent && !m.inWords() { // the drawing never has the keys
		m.focus, m.zoom = paneMain, false
	}
	return cmd
}

// tentSays names what the key does now.
func (m *Model) tentSays() string {
	if m.inWords() {
		return "draw the tent"
	}
	return "tell the tent in words"
}

// tentRows is how high the tent's pane is: as what it shows, with its border.
func (m *Model) tentRows(width int) int {
	const drawing = 9
	inner, _ := panel.Box{Width: width, Height: drawing}.Inner()
	if kind, rising := m.rising(); rising {
		return len(kindLines(m.styles, kind, inner)) + 2
	}
	if t := m.tent(); t != nil && m.inWords() {
		return len(panel.TentInWords(m.styles, m.drawn(t), inner)) + 2
	}
	return drawing
}
