package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/tui/panel"
)

// row is a line of the table and what can be done to it. What is nil cannot.
type row struct {
	panel.Row
	say   func(*Model) string           // about it, when the cursor is there
	flip  func(*Model) tea.Cmd          // space
	step  func(m *Model, n int) tea.Cmd // left and right
	field *field                        // typed after space
}

// rows are the table: presets, layers by family, and what is around them.
func (m *Model) rows() []row {
	return slices.Concat(m.presetRows(), m.layerRows(), m.settingRows())
}

// row is the one that the cursor is on.
func (m *Model) row() row {
	rows := m.rows()
	return rows[min(m.free.cursor, len(rows)-1)]
}

// freeFlip does what space is for on a row: it switches, or lets one type.
func (m *Model) freeFlip() tea.Cmd {
	switch r := m.row(); {
	case r.flip != nil:
		return r.flip(m)
	case r.field != nil:
		return m.editField(r.field)
	case r.step != nil:
		return r.step(m, 1)
	}
	return nil
}

// flipSays names what space does.
func (m *Model) flipSays() string {
	switch r := m.row(); {
	case r.flip != nil && r.Mark == "":
		return "begin"
	case r.flip == nil && r.field != nil:
		return "type"
	case r.flip == nil:
		return "next"
	}
	return "switch"
}

func (m *Model) freeStep(n int) tea.Cmd {
	if r := m.row(); r.step != nil {
		return r.step(m, n)
	}
	return nil
}

func canStep(m *Model) bool { return mainFocused(m) && m.row().step != nil }

// freeType lets a value be typed that can be stepped or switched as well.
func (m *Model) freeType() tea.Cmd { return m.editField(m.row().field) }

func canType(m *Model) bool {
	r := m.row()
	return mainFocused(m) && r.field != nil && (r.flip != nil || r.step != nil)
}

// about is how many lines stand below the table: a blank one, and what there is
// to say.
const aboutLines = 4

// tableLines draws the strip, the table as far as there is room, and what there
// is to say about the line of the cursor.
func (m *Model) tableLines(width, height int) []string {
	var top, rest []string
	if strip := m.strip(width); strip != "" {
		top = []string{strip, ""}
	}
	if height >= 3*aboutLines {
		rest = append([]string{""}, panel.Fit(m.aboutRow(width), width, aboutLines-1)...)
	}
	rows := m.rows()
	table := make([]panel.Row, len(rows))
	for i, r := range rows {
		table[i] = r.Row
	}
	room := max(height-len(top)-len(rest), 1)
	part := panel.Table(m.styles, table, m.free.cursor, width, room)
	m.listGoesOn(rest, part)
	return slices.Concat(top, panel.Fit(part.Lines, width, room), rest)
}

// listGoesOn says in the blank line beside a part of a list that there is more of it.
func (m *Model) listGoesOn(blank []string, p panel.Part) {
	if len(blank) > 0 {
		blank[0] = m.more(p.Above+len(p.Lines)+p.Below, p.Above, len(p.Lines))
	}
}

// strips are what is said of the sandbox that is shown and of each other one, the
// most first.
var strips = []struct{ shown, other func(*box) string }{
	{(*box).stateAndSize, (*box).stateAndSize},
	{(*box).stateAndSize, (*box).state},
	{(*box).stateAndSize, unsaid},
	{unsaid, unsaid},
}

func unsaid(*box) string { return "" }

// strip is a line with the sandboxes, the one that is shown in brackets. It says of
// them what there is room for.
func (m *Model) strip(width int) (line string) {
	f, s := m.free, m.styles
	if len(f.boxes) == 0 {
		return ""
	}
	next := "+ new"
	if f.tent == f.blank {
		next = "[+ new]"
	}
	for _, says := range strips {
		var parts []string
		for _, b := range f.boxes {
			mark, text := " "+s.Inside.Render(b.letter)+" ", s.Faint.Render(says.other(b))
			if b.tent == f.tent {
				mark, text = s.Inside.Render("["+b.letter+"]"), s.Strong.Render(says.shown(b))
			}
			parts = append(parts, strings.Join(nonEmpty(mark, text), " "))
		}
		line = strings.Join(append(parts, s.Faint.Render(next)), "   ")
		if panel.Width(line) <= width {
			break
		}
	}
	return panel.Pad(line, width)
}

// aboutRow is what there is to say below the table: what is being typed, what
// went wrong, or what the line is.
func (m *Model) aboutRow(width int) []string {
	f, s := m.free, m.styles
	switch {
	case f.edit != nil:
		return f.edit.lines(s, width)
	case f.tent.busy != nil:
		if line := m.waiting(f.tent.busy); line != "" {
			return []string{line}
		}
	case f.err != nil:
		return panel.Wrap(s.Strong.Render("That did not work: ")+clean(f.err), width)
	case f.plan.err != nil && f.plan.of == f.plan.version:
		return panel.Wrap(s.Strong.Render("Not like this: ")+clean(f.plan.err), width)
	}
	return panel.Wrap(s.Faint.Render(m.row().say(m)), width)
}
