package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/bill"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/report"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

const billHelp = `bill measures side by side what it costs to start something, to have it at rest
and to work in it: a plain process, the stages of the ladder, and all other
subjects that this machine has.

It goes through all of them once to warm up, and then round after round; what is
told is the median, with the least and the most. The length of a bar is the
median; where prices are far apart it is logarithmic, and says so. ctrl-c ends
it, cleans up, and prints what there is so far.

The exit status is 1 when something failed, 130 when it was interrupted.`

// billFlags choose what is compared.
type billFlags struct {
	spec             specFlags
	stages, subjects []string
	rounds           int
	out              outputFlags
}

func experimentBillCommand() *cobra.Command {
	var f billFlags
	c := &cobra.Command{
		Use:     "bill",
		Short:   "Measure what all of it costs, side by side",
		Long:    billHelp,
		Example: "  tentpole experiment bill\n  tentpole experiment bill --stage process,container --subject docker,vm --rounds 9\n  tentpole experiment bill --html bill.html --json",
		Args:    arguments(cobra.NoArgs),
		RunE:    func(c *cobra.Command, _ []string) error { return f.run(c) },
	}
	c.Flags().StringSliceVar(&f.stages, "stage", nil, "these stages only: process,root,container")
	c.Flags().StringSliceVar(&f.subjects, "subject", []string{everySubject}, "beside the stages: "+everySubject+", none, or some of "+strings.Join(otherSubjects(), ", "))
	c.Flags().IntVar(&f.rounds, "rounds", bill.Rounds, "how often each is measured")
	f.spec.addRest(c)
	f.out.addAll(c)
	return c
}

// Words for --subject besides names.
const (
	everySubject = "all"
	noSubject    = "none"
)

// otherSubjects are all kinds but a sandbox.
func otherSubjects() []string {
	return slices.DeleteFunc(subject.Names(), func(name string) bool { return name == subject.Sandbox })
}

func (f *billFlags) run(c *cobra.Command) error {
	if most := 99; f.rounds < 1 || f.rounds > most {
		return &sandbox.UsageError{What: "rounds", Word: fmt.Sprint(f.rounds), Why: fmt.Sprintf("there are from 1 to %d", most)}
	}
	spec, err := f.spec.spec()
	if err != nil {
		return err
	}
	kinds, err := kindsNamed(f.subjects)
	if err != nil {
		return err
	}
	b, err := makeBill(c.Context(), bill.Options{Stages: f.stages, Subjects: kinds, Rounds: f.rounds, Spec: spec})
	if err != nil && (!errors.Is(err, context.Canceled) || len(b.Columns) == 0) {
		return err
	}
	doc := newDocument()
	doc.Bill = &b
	return errors.Join(f.print(c, b), f.out.file(doc), err, unpaid(b))
}

// billed are the experiments whose questions a bill answers.
var billed = []string{"start", "density", "overhead"}

// runOnAll makes a bill of experiments that are to run on all subjects.
func runOnAll(c *cobra.Command, names []string, spec specFlags, out outputFlags) error {
	for _, name := range names {
		if !slices.Contains(billed, name) {
			return &sandbox.UsageError{What: "subject", Word: everySubject,
				Why: fmt.Sprintf("it is for %s; name one, or say: tentpole experiment matrix --experiment %s --subject %s", strings.Join(billed, ", "), name, strings.Join(otherSubjects(), ","))}
		}
	}
	f := billFlags{spec: spec, subjects: []string{everySubject}, rounds: bill.Rounds, out: out}
	return f.run(c)
}

// kindsNamed are those of the names, or of the words for all and none.
func kindsNamed(names []string) (kinds []subject.Kind, err error) {
	switch {
	case slices.Equal(names, []string{everySubject}):
		names = otherSubjects()
	case slices.Equal(names, []string{noSubject}):
		names = nil
	}
	for _, name := range names {
		k, err := subject.Find(name)
		if err != nil {
			return nil, err
		}
		if name == subject.Sandbox {
			return nil, &sandbox.UsageError{What: "subject", Word: name, Why: "it has its stages: --stage"}
		}
		kinds = append(kinds, k)
	}
	return kinds, nil
}

// makeBill shows a bar while it is made.
func makeBill(ctx context.Context, o bill.Options) (bill.Bill, error) {
	tell, done := progressLine()
	defer done()
	o.Progress = func(p bill.Progress) {
		round := fmt.Sprintf("round %d", p.Round)
		if p.Round == 0 {
			round = "warming up"
		}
		tell(fmt.Sprintf("%s %s: %s", bar(p.Done, p.Total), round, p.Column))
	}
	return bill.Run(ctx, o)
}

func (f *billFlags) print(c *cobra.Command, b bill.Bill) (err error) {
	printed := f.out.each(c, b, func(w io.Writer) {
		if f.out.markdown {
			err = report.BillMarkdown(w, b)
		} else {
			err = report.BillText(w, b, columns())
		}
	})
	return errors.Join(printed, err)
}

// unpaid is the error of a bill with columns that failed.
func unpaid(b bill.Bill) error {
	var errs []error
	for _, c := range b.Columns {
		if c.Error != "" {
			errs = append(errs, fmt.Errorf("%s: %s", c.Name, c.Error))
		}
	}
	return errors.Join(errs...)
}
