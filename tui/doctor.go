package tui

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/tui/panel"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// doctorSheet is what this machine can do, tried just now, and what to do where
// it cannot.
type doctorSheet struct {
	found  Ability
	err    error
	cursor int
}

// openDoctor tries what this machine can do.
func (m *Model) openDoctor() tea.Cmd {
	if m.sheets.doctor == nil {
		m.sheets.doctor = &doctorSheet{}
	}
	m.openSheet(m.sheets.doctor)
	return m.sheets.doctor.try(m)
}

// try tries everything anew.
func (d *doctorSheet) try(m *Model) tea.Cmd {
	check := m.opt.Lab.Check
	type checked struct {
		found Ability
		err   error
	}
	cmd := undertake(m, d, duty[struct{}, checked]{
		do: func(ctx context.Context, _ func(struct{})) checked {
			found, err := check(ctx)
			return checked{found, err}
		},
		ended: func(m *Model, c checked) tea.Cmd {
			d.found, d.err = c.found, c.err
			d.move(m, 0)
			return nil
		},
	})
	m.work.phase = "trying what this machine can do"
	return cmd
}

func (*doctorSheet) name() string { return "doctor" }

// status says which layers can be raised.
func (d *doctorSheet) status(*Model) string {
	able, all := 0, features.Layers(d.found.Answers)
	for _, a := range all {
		if a.OK {
			able++
		}
	}
	if len(all) == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d layers can be raised here", able, len(all))
}

func (d *doctorSheet) move(_ *Model, n int) {
	d.cursor = max(min(d.cursor+n, len(d.found.Answers)-1), 0)
}

// at is the answer of the cursor.
func (d *doctorSheet) at() (features.Answer, bool) {
	if d.cursor >= len(d.found.Answers) {
		return features.Answer{}, false
	}
	return d.found.Answers[d.cursor], true
}

func (d *doctorSheet) keys() []binding {
	return []binding{
		{keys: []string{"y"}, show: "y", does: "copy what to do", where: inSheet, foot: left, do: d.copy, on: d.hasRemedy, help: "copy the remedy, through the terminal"},
		readKey(),
		{keys: []string{"r"}, show: "r", does: "try again", where: inSheet, foot: left, do: d.try, on: func(m *Model) bool { return m.work == nil }, help: "try everything anew"},
	}
}

func (d *doctorSheet) hasRemedy(*Model) bool {
	a, ok := d.at()
	return ok && a.Remedy != ""
}

// copy gives the remedy to the terminal's clipboard, by OSC 52. Whether the
// terminal takes it, it does not tell.
func (d *doctorSheet) copy(m *Model) tea.Cmd {
	a, _ := d.at()
	m.notice = "Copied, if this terminal lets programs copy (OSC 52)."
	return tea.SetClipboard(commands(a.Remedy))
}

// commands are the first lines of a remedy that are to be copied, which are
// those that are indented. A remedy without any is copied whole.
func commands(remedy string) string {
	var out []string
	for _, line := range cleanLines(remedy) {
		rest, indented := strings.CutPrefix(line, "  ")
		if indented {
			out = append(out, rest)
		} else if len(out) > 0 {
			break
		}
	}
	if len(out) == 0 {
		return strings.Join(cleanLines(remedy), "\n")
	}
	return strings.Join(out, "\n") + "\n"
}

func (d *doctorSheet) lines(m *Model, width int) ([]string, int) {
	var top []string
	if line := m.workLine(width); line != "" {
		top = append(top, line)
	}
	if d.err != nil {
		top = append(top, panel.Wrap(m.styles.Strong.Render("That did not work: ")+clean(d.err), width)...)
	}
	if len(d.found.Answers) > 0 {
		top = append(top, panel.Wrap(facts.Clean(d.found.Machine.String()), width)...)
	}
	var items []panel.Item
	for i, a := range d.found.Answers {
		item := panel.Item{Label: panel.Pad(a.Verdict(), 8) + facts.Clean(a.ID), Detail: facts.Clean(a.What)}
		if i == 0 || d.found.Answers[i-1].Group != a.Group {
			item.Head = a.Group.Title()
		}
		items = append(items, item)
	}
	return panel.List(m.styles, top, items, d.cursor, width)
}

func (d *doctorSheet) detail(m *Model, width int) []string {
	a, ok := d.at()
	if !ok {
		return nil
	}
	s := m.styles
	out := panel.Wrap(s.Title.Render(facts.Clean(a.ID))+"  "+facts.Clean(a.What), width)
	out = append(out, "", s.Strong.Render(a.Verdict()), "")
	out = append(out, panel.Entries(s, cleaned(
		panel.Entry{Label: "for", Text: purpose(a)}, panel.Entry{Label: "found", Text: a.Detail},
		panel.Entry{Label: "answer", Text: a.Error}, panel.Entry{Label: "because", Text: a.Because},
		panel.Entry{Label: "took", Text: experiment.Amount(float64(a.Microseconds), "µs")},
	), width)...)
	return append(out, remedyLines(s, a.Remedy, width)...)
}

// purpose says what a feature is for: the layers that need it, or what is lost
// without.
func purpose(a features.Answer) string {
	var parts []string
	switch n := len(a.Layers); {
	case n == len(sandbox.Layers()):
		parts = append(parts, "every layer")
	case n == 1:
		parts = append(parts, "the layer "+a.Layers[0])
	case n > 1:
		parts = append(parts, "the layers "+strings.Join(a.Layers, ", "))
	}
	if a.Cost != "" {
		parts = append(parts, "without it "+a.Cost)
	}
	return strings.Join(parts, "; ")
}

func remedyLines(s styles.Styles, remedy string, width int) []string {
	if remedy == "" {
		return nil
	}
	out := []string{"", s.Strong.Render("What to do")}
	for _, line := range cleanLines(remedy) {
		style := s.Text
		if strings.HasPrefix(line, "  ") {
			style = s.Code
		}
		out = append(out, panel.Wrap(style.Render(line), width)...)
	}
	return append(out, "", s.Faint.Render("y copies it"))
}
