package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/panel"
	"github.com/tentpole-labs/tentpole/tui/styles"

	"github.com/tentpole-labs/tentpole/lessons/play"
)

// compared are the sandboxes that can be compared.
func (f *free) compared() (out []*box) {
	for _, b := range f.boxes {
		if b.runs() && !b.hidden {
			out = append(out, b)
		}
	}
	return out
}

func canCompare(m *Model) bool { return len(m.free.compared()) > 1 }

// openCompare reads the boards of all sandboxes and shows them side by side.
func (m *Model) openCompare() tea.Cmd {
	boxes, ctx := m.free.compared(), m.ctx
	p := m.openPage("compare", sentence("Reading …"))
	return m.job(func() tea.Msg {
		boards := make([]facts.Board, len(boxes))
		names := make([]string, len(boxes))
		for i, b := range boxes {
			sight, err := b.live.Look(ctx, play.Question{})
			if err != nil {
				return pageMsg{page: p, lines: sentence(b.letter + ": " + clean(err))}
			}
			boards[i], names[i] = sight.Board, b.letter
		}
		c := panel.Compare{Names: names, Boards: boards}
		return pageMsg{page: p, lines: func(s styles.Styles, width int) []string { return c.Lines(s, width) }}
	})
}
