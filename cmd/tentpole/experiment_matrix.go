package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/matrix"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/report"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

const matrixHelp = `matrix runs every experiment at every stage of the ladder, each in a sandbox of
its own, and prints what came of it: a row an experiment, a column a stage. With
--subject there are further columns: other things that run programs.

The shapes are ○ open, ◐ one-way, ● contained, ◒ limited, – n/a; ! is an
experiment that failed there. --explain tells what was found, for one experiment
or for one cell, and runs only those. ctrl-c ends it, cleans up, and prints what
there is so far.

The exit status is 1 when an experiment failed, 130 when it was interrupted.`

// matrixFlags choose rows and columns.
type matrixFlags struct {
	spec                specFlags
	stages, experiments []string
	subjects            []string
	explain             string
	quick               bool
	out                 outputFlags
}

func experimentMatrixCommand() *cobra.Command {
	var f matrixFlags
	c := &cobra.Command{
		Use:     "matrix",
		Short:   "Run all experiments at all stages",
		Long:    matrixHelp,
		Example: "  tentpole experiment matrix --quick\n  tentpole experiment matrix --stage process,root,container --html report.html\n  tentpole experiment matrix --quick --stage container --subject oci:runc,oci:crun\n  tentpole experiment matrix --explain file:root",
		Args:    arguments(cobra.NoArgs),
		RunE:    func(c *cobra.Command, _ []string) error { return f.run(c) },
	}
	c.Flags().StringSliceVar(&f.stages, "stage", nil, "these stages only: process,root,container")
	c.Flags().StringSliceVar(&f.subjects, "subject", nil, "beside the stages, other subjects: "+strings.Join(subject.Names(), ", "))
	c.Flags().StringSliceVar(&f.experiments, "experiment", nil, "these experiments only")
	c.Flags().BoolVar(&f.quick, "quick", false, "only experiments that take a quarter of a second at most")
	c.Flags().StringVar(&f.explain, "explain", "", "say what is found: EXPERIMENT or EXPERIMENT:COLUMN")
	kernelFlag(c)
	f.spec.addRest(c)
	f.out.addAll(c)
	return c
}

func (f *matrixFlags) run(c *cobra.Command) error {
	spec, err := f.spec.spec()
	if err != nil {
		return err
	}
	o := matrix.Options{Experiments: f.experiments, Stages: f.stages, Quick: f.quick, Spec: spec}
	if f.explain != "" {
		name, column, one := strings.Cut(f.explain, ":")
		o.Experiments, o.Quick = []string{name}, false
		if one {
			o.Stages, f.subjects = oneColumn(column)
		}
	}
	for _, name := range f.subjects {
		k, err := subject.Find(name)
		if err != nil {
			return err
		}
		o.Subjects = append(o.Subjects, k)
	}
	m, err := runMatrix(c.Context(), o)
	if err != nil && (!errors.Is(err, context.Canceled) || len(m.Rows) == 0) {
		return err
	}
	doc := newDocument()
	doc.Matrix = &m
	return errors.Join(f.print(c, m), f.out.file(doc), err, failures(m))
}

// oneColumn is a subject where the word names one, else a stage.
func oneColumn(word string) (stages, subjects []string) {
	if _, err := subject.Find(word); err == nil {
		return []string{}, []string{word}
	}
	return []string{word}, nil
}

// runMatrix shows a bar while it runs.
func runMatrix(ctx context.Context, o matrix.Options) (matrix.Matrix, error) {
	tell, done := progressLine()
	defer done()
	o.Progress = func(p matrix.Progress) {
		tell(fmt.Sprintf("%s %s at %s", bar(p.Done, p.Total), p.Experiment, p.Stage))
	}
	return matrix.Run(ctx, o)
}

func (f *matrixFlags) print(c *cobra.Command, m matrix.Matrix) (err error) {
	printed := f.out.each(c, m, func(w io.Writer) {
		switch {
		case f.out.markdown:
			err = report.Markdown(w, m)
		case f.explain != "":
			err = report.Explain(w, m, columns())
		default:
			err = report.Text(w, m, columns())
		}
	})
	return errors.Join(printed, err)
}

// failures is the error of a matrix with experiments that failed.
func failures(m matrix.Matrix) error {
	failed := 0
	example := ""
	for _, row := range m.Rows {
		for _, cell := range row.Cells {
			if cell.Error != "" {
				failed++
				example = row.Experiment + ":" + cell.Stage
			}
		}
	}
	if failed == 0 {
		return nil
	}
	return fmt.Errorf("%d cells failed; `tentpole experiment matrix --explain %s` says why", failed, example)
}
