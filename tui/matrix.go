package tui

import (
	"context"
	"errors"
	"fmt"
	"math"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/matrix"
)

// matrixSheet is experiments × stages. Cells fill in as they are measured, and
// stay until they are measured again.
type matrixSheet struct {
	infos    []experiment.Info
	found    matrix.Matrix
	row, col int
	top      int // the first line and column that are seen
	left     int
	running  map[trial]bool
	said     string // what came of the last run
}

// openMatrix shows the matrix, from the catalogue.
func (m *Model) openMatrix() tea.Cmd {
	if m.sheets.matrix == nil {
		m.sheets.matrix = newMatrixSheet(m.opt.Lab.Experiments)
	}
	m.openSheet(m.sheets.matrix)
	clear(m.sheets.matrix.running)
	return nil
}

func newMatrixSheet(infos []experiment.Info) *matrixSheet {
	x := &matrixSheet{infos: infos, running: map[trial]bool{}}
	x.found.Schema = matrix.Schema
	for _, rung := range sandbox.Ladder() {
		x.found.Stages = append(x.found.Stages, matrix.Stage{Name: rung.Name, Layers: rung.Layers})
	}
	for _, i := range x.infos {
		row := matrix.Row{Experiment: i.ID, Question: i.Question, Group: i.Group}
		for _, s := range x.found.Stages {
			row.Cells = append(row.Cells, matrix.Cell{Stage: s.Name})
		}
		x.found.Rows = append(x.found.Rows, row)
	}
	return x
}

func (*matrixSheet) name() string { return "matrix" }

// stacked: twenty columns with names leave no room beside them.
func (*matrixSheet) stacked() {}

func (x *matrixSheet) status(m *Model) string {
	line := fmt.Sprintf("%d of %d cells measured", x.measured(), len(x.found.Rows)*len(x.found.Stages))
	if m.work != nil { // a cell takes from a hundredth of a second to many
		line = "time left: not known · " + line
	}
	return line
}

// measured is how many cells there is something in.
func (x *matrixSheet) measured() (n int) {
	for _, row := range x.found.Rows {
		for _, c := range row.Cells {
			if c.Run() {
				n++
			}
		}
	}
	return n
}

func (x *matrixSheet) cell() matrix.Cell { return x.found.Rows[x.row].Cells[x.col] }

func (x *matrixSheet) move(m *Model, n int) {
	x.row = max(min(x.row+n, len(x.found.Rows)-1), 0)
	x.follow(m)
}

// aside moves the cursor to another stage.
func (x *matrixSheet) aside(n int) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		x.col = max(min(x.col+n, len(x.found.Stages)-1), 0)
		m.scrolls[paneDetail] = 0
		x.follow(m)
		return nil
	}
}

// follow keeps what is seen first, once the cursor has left what is seen.
func (x *matrixSheet) follow(m *Model) {
	width, _ := m.inner(paneMain)
	g := x.grid().Follow(width, x.gridHeight(m, width))
	x.top, x.left = g.Top, g.Left
}

func (x *matrixSheet) keys() []binding {
	idle := func(m *Model) bool { return m.work == nil }
	something := func(m *Model) bool { return m.work == nil && m.opt.Lab.Keep != nil && x.measured() > 0 }
	return []binding{
		{keys: []string{"enter"}, show: "enter", does: "in full", where: inSheet, foot: left, do: x.inFull, help: "all that was found in the cell of the cursor"},
		{keys: []string{"r"}, show: "r", does: "run quick ones", where: inSheet, foot: left, do: x.fill(quickly), on: idle, help: "run the quick experiments at all stages"},
		{keys: []string{"R"}, show: "R", does: "run all", where: inSheet, foot: left, spare: 1, do: asks("Run everything? "+x.long(), x.fill(everything)), on: idle, help: "run every experiment at all stages (asks)"},
		{keys: []string{"x"}, show: "x", does: "run this row", where: inSheet, foot: left, spare: 2, do: func(m *Model) tea.Cmd { return x.fill(x.thisRow())(m) }, on: idle, help: "run the experiment of the cursor at all stages"},
		{keys: []string{"left", "h"}, show: "left", does: "the stage before", where: inSheet, do: x.aside(-1)},
		{keys: []string{"right", "l"}, show: "right", does: "the stage after", where: inSheet, do: x.aside(1)},
		{keys: []string{"w"}, show: "w", does: "write report", where: inSheet, foot: left, spare: 1, do: x.keep, on: something, help: "write what is here to a file for a browser"},
		{keys: []string{"q"}, show: "q", does: "back", where: inSheet, foot: right, do: (*Model).openExperiments, on: idle, help: "back to the experiments"},
		{keys: []string{"esc"}, show: "esc", does: "back", where: inSheet, do: (*Model).openExperiments, on: func(m *Model) bool { return m.work == nil && !m.alone() }},
		{keys: []string{"q"}, show: "q", does: "back", where: inSheet, foot: right, do: asks("Cancel what is under way? What was measured stays.", (*Model).openExperiments), on: func(m *Model) bool { return m.work != nil }, help: "cancel, and back to the experiments (asks)"},
	}
}

// What is run.
var (
	quickly    = matrix.Options{Quick: true}
	everything = matrix.Options{}
)

func (x *matrixSheet) thisRow() matrix.Options {
	return matrix.Options{Experiments: []string{x.infos[x.row].ID}}
}

// fill runs experiments at all stages. Their cells are empty until they are
// measured anew.
func (x *matrixSheet) fill(o matrix.Options) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		x.clear(o)
		fill := m.opt.Lab.Matrix
		return undertake(m, x, duty[matrix.Progress, filled]{
			do: func(ctx context.Context, tell func(matrix.Progress)) filled {
				o.Progress = tell
				got, err := fill(ctx, o)
				return filled{got, err}
			},
			heard: x.heard,
			ended: x.ended,
		})
	}
}

// long says how long everything takes by what the experiments say of themselves.
func (x *matrixSheet) long() string {
	seconds := 0.0
	for _, i := range x.infos {
		seconds += i.Seconds * float64(len(x.found.Stages))
	}
	return fmt.Sprintf("Its times add up to %.0f minutes or so.", math.Ceil(seconds/60))
}

// clear empties the rows that are to be filled.
func (x *matrixSheet) clear(o matrix.Options) {
	x.said = ""
	clear(x.running)
	for i, row := range x.found.Rows {
		if o.Quick && !x.infos[i].Quick() || len(o.Experiments) > 0 && o.Experiments[0] != row.Experiment {
			continue
		}
		for c := range row.Cells {
			row.Cells[c] = matrix.Cell{Stage: row.Cells[c].Stage}
		}
	}
}

// filled is what came of a run.
type filled struct {
	matrix matrix.Matrix
	err    error
}

func (x *matrixSheet) heard(w *work, news []matrix.Progress) {
	for _, p := range news {
		w.done, w.total = p.Done, p.Total
		t := trial{p.Experiment, p.Stage}
		if p.Cell == nil {
			x.running[t] = true
			w.phase = p.Experiment + " at " + p.Stage
			continue
		}
		delete(x.running, t)
		x.put(t.experiment, *p.Cell)
	}
}

// put takes a cell that was measured in.
func (x *matrixSheet) put(experiment string, c matrix.Cell) {
	for _, row := range x.found.Rows {
		for i := range row.Cells {
			if row.Experiment == experiment && row.Cells[i].Stage == c.Stage && c.Run() {
				row.Cells[i] = c
			}
		}
	}
}

func (x *matrixSheet) ended(m *Model, f filled) tea.Cmd {
	clear(x.running)
	for _, row := range f.matrix.Rows {
		for _, c := range row.Cells {
			x.put(row.Experiment, c)
		}
	}
	if len(f.matrix.Stages) == len(x.found.Stages) {
		x.found.Stages = f.matrix.Stages // now with what is missing
	}
	x.found.Machine = f.matrix.Machine
	x.found.Milliseconds += f.matrix.Milliseconds
	x.found.Complete = x.measured() == len(x.found.Rows)*len(x.found.Stages)
	switch {
	case errors.Is(f.err, context.Canceled):
		x.said = "Cancelled. What was measured stays."
	case f.err != nil:
		x.said = "It did not work: " + clean(f.err)
	default:
		x.said = "Done in " + experiment.Amount(f.matrix.Milliseconds, "ms") + "."
	}
	return nil
}

// keep writes what is here to a file.
func (x *matrixSheet) keep(m *Model) tea.Cmd {
	found, keep := x.snapshot(), m.opt.Lab.Keep
	return m.job(func() tea.Msg {
		path, err := keep(found)
		return keptMsg{x, path, err}
	})
}

// snapshot is the matrix for a command, which must not see it change.
func (x *matrixSheet) snapshot() matrix.Matrix {
	found := x.found
	found.Rows = nil
	for _, row := range x.found.Rows {
		row.Cells = append([]matrix.Cell(nil), row.Cells...)
		found.Rows = append(found.Rows, row)
	}
	return found
}

type keptMsg struct {
	by   sheet
	path string
	err  error
}

func (k keptMsg) of() sheet { return k.by }

func (k keptMsg) update(m *Model) tea.Cmd {
	m.notice = "Written: " + k.path
	m.trouble("the report was not written", k.err)
	return nil
}
