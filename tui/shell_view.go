package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/tui/styles"
	"github.com/tentpole-labs/tentpole/tui/terminal"
)

// side is the colour of a shell's side: one everywhere.
func (m *Model) side(p pane) styles.Style {
	if p == paneHost {
		return m.styles.Host
	}
	return m.styles.Inside
}

// shellTitle names the side, and on the host whose rights the shell has where
// they are not an ordinary user's.
func (m *Model) shellTitle(p pane) string {
	title := names[p]
	if p == paneHost && m.opt.Variant == lessons.Root {
		title += " as root"
	}
	if m.focus == p {
		title += "   you are here"
	}
	return m.side(p).Render(title)
}

// shellFoot says below a shell what is not seen in it.
func (m *Model) shellFoot(p pane) string {
	s := m.tent().shells[p]
	switch {
	case s == nil:
		return m.styles.Faint.Render("is being started")
	case s.gone && p == paneInside && !m.tent().live:
		return m.styles.Strong.Render("ended, with its sandbox: enter starts it again")
	case s.gone:
		return m.styles.Strong.Render("ended: enter starts another")
	case s.looking && s.frame.Marked == 1:
		return m.styles.Strong.Render("1 line marked")
	case s.looking && s.frame.Marked > 1:
		return m.styles.Strong.Render(fmt.Sprintf("%d lines marked", s.frame.Marked))
	case s.looking:
		return m.styles.Faint.Render(fmt.Sprintf("%d lines above", s.frame.Above))
	}
	return ""
}

// shellFooter says where the keys go and how to get back, and no more.
func (m *Model) shellFooter() string {
	s := m.styles
	if m.focusedShell().looking {
		return footerLine([]footItem{
			{"looking back: " + m.side(m.focus).Render(names[m.focus]), left, 0},
			{s.Key.Render("up down pgup pgdown") + " move", left, 1}, {s.Key.Render("space") + " mark", left, 0},
			{s.Key.Render("enter") + " copy", left, 0}, {s.Key.Render("esc") + " back", left, 0},
		}, m.width)
	}
	items := []footItem{{"keys go to: " + m.side(m.focus).Render(names[m.focus]), left, 0}}
	for _, k := range shellKeys {
		does := k.does
		switch {
		case k.key == "f2":
			does = m.name(paneMain)
		case k.key == "ctrl+g" && m.width >= wideWidth:
			does += " (twice sends it)"
		}
		if does == "" || k.to == m.focus {
			continue
		}
		side := left
		if k.key == "f1" {
			side = right
		}
		items = append(items, footItem{s.Key.Render(m.shows(k.key, k.show)) + " " + does, side, k.spare})
	}
	return footerLine(items, m.width)
}

// shapes are the cursor's shapes, as Bubble Tea names them.
var shapes = map[terminal.Shape]tea.CursorShape{
	terminal.Block: tea.CursorBlock, terminal.Underline: tea.CursorUnderline, terminal.Bar: tea.CursorBar,
}

// cursor is where the shell's cursor is on the screen.
func (m *Model) cursor() *tea.Cursor {
	if m.tooSmall() || !m.inShell() {
		return nil
	}
	s := m.focusedShell()
	f := s.frame
	if !f.Cursor || s.gone {
		return nil
	}
	at := m.place(m.focus)
	if f.X >= at.width-2 || f.Y >= at.height-2 {
		return nil // the frame is of before the pane became smaller
	}
	c := tea.NewCursor(at.x+1+f.X, m.bodyTop()+at.y+1+f.Y)
	c.Shape, c.Blink = shapes[f.Shape], !f.Steady
	return c
}
