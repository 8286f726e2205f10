package tui

import (
	"image/color"

	tea "charm.land/bubbletea/v2"

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
