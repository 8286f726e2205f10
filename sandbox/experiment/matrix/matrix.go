// Package matrix runs experiments at stages of the ladder, each in a sandbox of
// its own, and on other subjects beside them, and keeps what came of it in a
// table: a row an experiment, a column a stage or a subject. Every cell is measured; none is worked out from another.
//
// Experiments run two at a time, the quick ones first, but never two of the
// same kind: they may want the same port or the same name. Those that measure
// the machine run by themselves, after the others.
package matrix

import (
	"context"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// Schema names the JSON of a Matrix.
const Schema = "tentpole/matrix/v1"

// Matrix is experiments × stages. Its strings are fit for a terminal.
type Matrix struct {
	Schema  string           `json:"schema"`
	Machine features.Machine `json:"machine"`
	// Complete tells that every cell was tried: nobody interrupted.
	Complete     bool    `json:"complete"`
	Stages       []Stage `json:"stages"`
	Rows         []Row   `json:"rows"`
	Milliseconds float64 `json:"milliseconds"`
}

// Stage is a column: a stage of the ladder, or another subject.
type Stage struct {
	Name string `json:"name"`
	// Subject is the kind of subject, "" for a sandbox at a stage; Lacks is why
	// there is none here.
	Subject string `json:"subject,omitempty"`
	Lacks   string `json:"lacks,omitempty"`
	// Adds is the layer that the stage before does not have, "" for the first
	// stage and the last.
	Adds   sandbox.Layer    `json:"adds,omitempty"`
	Layers sandbox.LayerSet `json:"layers"` // asked for
	// Missing are those that this machine cannot raise for this user.
	Missing []sandbox.Missing `json:"missing,omitempty"`
	spec    sandbox.Spec
	open    func(context.Context, sandbox.Spec) (experiment.Subject, error) // nil for a stage
}

// Row is an experiment at every stage.
type Row struct {
	Experiment string `json:"experiment"`
	Question   string `json:"question"`
	Group      string `json:"group"`
	Cells      []Cell `json:"cells"` // in the order of Stages
}

// Cell is an experiment at a stage: an outcome, or the error that it ended
// with, or neither when it was not run.
type Cell struct {
	Stage        string                   `json:"stage"`
	Outcome      experiment.Outcome       `json:"outcome,omitempty"`
	Reason       string                   `json:"reason,omitempty"`
	Error        string                   `json:"error,omitempty"`
	Observations []experiment.Observation `json:"observations,omitempty"`
	Numbers      []experiment.Number      `json:"numbers,omitempty"`
	Milliseconds float64                  `json:"milliseconds,omitempty"`
}

// Run tells whether the cell was tried.
func (c Cell) Run() bool { return c.Outcome != "" || c.Error != "" }

// Progress is how far a matrix is.
type Progress struct {
	Done, Total int
	// Experiment and Stage are those of the cell that was begun or ended last.
	Experiment, Stage string
	// Cell is what came of it; nil when it was begun.
	Cell *Cell
}

// Options say what is in a matrix.
type Options struct {
	// Experiments and Stages are the names of the rows and columns; nil is all.
	Experiments, Stages []string
	// Subjects are further columns, beside the stages.
	Subjects []subject.Kind
	// Quick leaves out the experiments that take long.
	Quick bool
	// Spec is what the sandboxes have besides the layers of their stage. Its
	// root is taken from the stage root on.
	Spec sandbox.Spec
	// Open raises a sandbox; nil does so on this machine.
	Open func(context.Context, sandbox.Spec) (experiment.Subject, error)
	// Missing tells which layers of a spec cannot be raised; nil asks this
	// machine.
	Missing func(sandbox.Spec) ([]sandbox.Missing, error)
	// Progress, when set, is called from one goroutine at a time. It must not
	// block.
	Progress func(Progress)

	run func(context.Context, string, experiment.Subject, experiment.Options) (experiment.Result, error)
}

// Run fills a matrix. When ctx is cancelled what is under way is ended and
// cleaned up, and the matrix as far as it got comes back with the error.
func Run(ctx context.Context, o Options) (Matrix, error) {
	begin := time.Now()
	o.defaults()
	m := Matrix{Schema: Schema, Machine: features.Look(), Rows: []Row{}}
	var err error
	if m.Stages, err = o.stages(); err != nil {
		return m, err
	}
	infos, err := o.rows()
	if err != nil {
		return m, err
	}
	m.Stages = append(m.Stages, o.subjects(ctx)...)
	for _, info := range infos {
		m.Rows = append(m.Rows, newRow(info, m.Stages))
	}
	r := runner{Options: o, stages: m.Stages, total: len(infos) * len(m.Stages)}
	r.all(ctx, infos, m.Rows)
	m.Complete = ctx.Err() == nil
	m.Milliseconds = float64(time.Since(begin).Microseconds()) / 1000
	return m, ctx.Err()
}

func newRow(info experiment.Info, stages []Stage) Row {
	row := Row{Experiment: info.ID, Question: info.Question, Group: info.Group}
	for _, s := range stages {
		row.Cells = append(row.Cells, Cell{Stage: s.Name})
	}
	return row
}

func (o *Options) defaults() {
	if o.Open == nil {
		o.Open = experiment.Raise
	}
	if o.Missing == nil {
		o.Missing = experiment.Lacking
	}
	if o.run == nil {
		o.run = experiment.Run
	}
}
