package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/matrix"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/panel"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// cellLines is how many lines the cell of the cursor has below the grid, where
// its pane is not seen.
const cellLines = 3

// grid is the matrix as shapes.
func (x *matrixSheet) grid() panel.Grid {
	g := panel.Grid{Of: "stages", Row: x.row, Column: x.col, Top: x.top, Left: x.left}
	for _, s := range x.found.Stages {
		g.Columns = append(g.Columns, s.Name)
	}
	titles := map[string]string{}
	for _, group := range experiment.Groups() {
		titles[group.ID] = group.Title
	}
	for i, row := range x.found.Rows {
		r := panel.GridRow{Label: row.Experiment}
		if i == 0 || x.found.Rows[i-1].Group != row.Group {
			r.Head = titles[row.Group]
		}
		for _, c := range row.Cells {
			r.Shapes = append(r.Shapes, x.shape(row.Experiment, c))
		}
		g.Rows = append(g.Rows, r)
	}
	return g
}

func (x *matrixSheet) shape(experiment string, c matrix.Cell) string {
	switch {
	case x.running[trial{experiment, c.Stage}]:
		return panel.Running
	case c.Error != "":
		return panel.Failed
	case !c.Run():
		return panel.NotRun
	}
	return panel.Shape(c.Outcome)
}

// lines are as many as the pane is high: names and legend stay where they are.
func (x *matrixSheet) lines(m *Model, width int) ([]string, int) {
	return append(x.grid().Lines(m.styles, width, x.gridHeight(m, width)), x.below(m, width)...), 0
}

func (x *matrixSheet) gridHeight(m *Model, width int) int {
	_, height := m.inner(paneMain)
	return max(height-len(x.below(m, width)), 2)
}

// below is what stands under the grid: what the shapes mean, how far the run
// is, and where there is no pane for it the cell of the cursor.
func (x *matrixSheet) below(m *Model, width int) []string {
	out := []string{panel.Shapes(m.styles, width), panel.Pad(x.progress(m, width), width)}
	if m.wide() && !m.zoom {
		return out
	}
	about := panel.Wrap(m.styles.Strong.Render(x.where())+": "+x.finding().Head()+". "+x.finding().Says(), width)
	return append(out, panel.Fit(about, width, cellLines)...)
}

// progress says how far the run is, or what came of it.
func (x *matrixSheet) progress(m *Model, width int) string {
	if line := m.workLine(width); line != "" {
		return line
	}
	if x.said == "" && m.work == nil && x.measured() == 0 {
		return m.styles.Faint.Render("Nothing is measured yet: r runs the quick ones.")
	}
	return x.said
}

// where is the cell of the cursor in words.
func (x *matrixSheet) where() string {
	return x.found.Rows[x.row].Experiment + " at " + x.found.Stages[x.col].Name
}

func (x *matrixSheet) finding() panel.Finding {
	c := x.cell()
	return cleanFinding(panel.Finding{Outcome: c.Outcome, Reason: c.Reason, Error: c.Error, Observations: c.Observations, Numbers: c.Numbers})
}

func (x *matrixSheet) detail(m *Model, width int) []string {
	row := x.found.Rows[x.row]
	out := panel.Wrap(m.styles.Title.Render(x.where())+"  "+row.Question, width)
	return append(out, x.about(m.styles, width)...)
}

// about is all there is to say on the cell of the cursor and its row.
func (x *matrixSheet) about(s styles.Styles, width int) []string {
	out := panel.Wrap(s.Faint.Render(turns(x.found.Rows[x.row])), width)
	out = append(append(out, ""), x.finding().Lines(s, width)...)
	for _, gone := range x.found.Stages[x.col].Missing {
		out = append(out, "")
		out = append(out, panel.Wrap(fmt.Sprintf("not raised here: %s, for %s", gone.Layer, facts.Clean(gone.Because)), width)...)
	}
	return out
}

// inFull shows the cell of the cursor in front of the screen.
func (x *matrixSheet) inFull(m *Model) tea.Cmd {
	at := *x
	question := x.found.Rows[x.row].Question
	m.openPage(x.where(), func(s styles.Styles, width int) []string {
		return append(panel.Wrap(question, width), at.about(s, width)...)
	})
	return nil
}

// turns tells where on the ladder the answer of a row turns.
func turns(row matrix.Row) string {
	var out []string
	for from := 0; from < len(row.Cells); {
		to := from
		for to+1 < len(row.Cells) && said(row.Cells[to+1]) == said(row.Cells[from]) {
			to++
		}
		stages := row.Cells[from].Stage
		if to > from {
			stages += " to " + row.Cells[to].Stage
		}
		if row.Cells[from].Run() {
			out = append(out, said(row.Cells[from])+": "+stages)
		}
		from = to + 1
	}
	return strings.Join(out, " · ")
}

func said(c matrix.Cell) string { return panel.Finding{Outcome: c.Outcome, Error: c.Error}.Head() }
