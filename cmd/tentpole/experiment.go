package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/report"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

func experimentCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "experiment",
		Short: "Do something inside, look for it outside",
		Args:  arguments(cobra.NoArgs),
	}
	c.AddCommand(experimentListCommand(), experimentRunCommand(), experimentMatrixCommand(), experimentBillCommand())
	return c
}

func experimentListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the experiments with their questions",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if asJSON {
				return printJSON(c, struct {
					Schema      string             `json:"schema"`
					Groups      []experiment.Group `json:"groups"`
					Experiments []experiment.Info  `json:"experiments"`
				}{"tentpole/experiments/v1", experiment.Groups(), experiment.List()})
			}
			listExperiments(c.OutOrStdout(), columns())
			return nil
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

// listExperiments prints the table, group by group.
func listExperiments(w io.Writer, width int) {
	all := experiment.List()
	longest := 0
	for _, e := range all {
		longest = max(longest, len(e.ID))
	}
	for _, g := range experiment.Groups() {
		fmt.Fprintln(w, g.Title)
		for _, e := range all {
			if e.Group == g.ID {
				fmt.Fprint(w, report.Wrap(e.Question, fmt.Sprintf("  %-*s  ", longest, e.ID), fmt.Sprintf("  %-*s  ", longest, ""), width))
			}
		}
	}
}

func experimentRunCommand() *cobra.Command {
	var flags specFlags
	var opts experiment.Options
	var out outputFlags
	var on, against string
	c := &cobra.Command{
		Use:     "run NAME...",
		Short:   "Run experiments in a sandbox, or on another subject",
		Example: "  tentpole experiment run file --stage mount\n  tentpole experiment run file --layer mount,pid --root overlay --json\n  tentpole experiment run file --subject oci:runc\n  tentpole experiment run file --stage container --duel docker",
		Args:    arguments(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, names []string) error {
			spec, err := flags.spec()
			if err != nil {
				return err
			}
			if on == everySubject {
				return runOnAll(c, names, flags, out)
			}
			kind, err := subject.Find(on)
			if err != nil {
				return err
			}
			for _, name := range names {
				if _, err := experiment.Find(name); err != nil {
					return err
				}
			}
			if against != "" {
				other, err := subject.Find(against)
				if err != nil {
					return err
				}
				return duels(c, names, kind, other, spec, opts, out)
			}
			doc := newDocument()
			for _, name := range names {
				r, err := runExperiment(c, name, kind, spec, opts)
				if err != nil {
					return err
				}
				doc.Results = append(doc.Results, r)
				if err := out.each(c, r, func(w io.Writer) { printResult(w, r, columns()) }); err != nil {
					return err
				}
			}
			return out.file(doc)
		},
	}
	flags.add(c)
	c.Flags().StringVar(&opts.Path, "path", "", "the file to make inside (default "+experiment.DefaultPath+")")
	c.Flags().StringVar(&on, "subject", subject.Sandbox, "what it runs on: "+strings.Join(subject.Names(), " ")+"; start, density and overhead: "+everySubject)
	c.Flags().StringVar(&against, "duel", "", "run it on this subject as well, at the same time, and show the one beside the other")
	kernelFlag(c)
	out.add(c)
	return c
}

// runExperiment runs one experiment, and shows how far it is.
func runExperiment(c *cobra.Command, name string, kind subject.Kind, spec sandbox.Spec, opts experiment.Options) (experiment.Result, error) {
	tell, done := progressLine()
	defer done()
	opts.Progress = func(p experiment.Progress) { tell(doing(p)) }
	return runOn(c.Context(), name, kind, spec, opts)
}

// doing is in words what an experiment does now.
func doing(p experiment.Progress) string {
	if p.Entries > 0 {
		return fmt.Sprintf("%s: %d entries", p.Phase, p.Entries)
	}
	return p.Phase
}

// runOn runs one experiment on a subject of its own.
func runOn(ctx context.Context, name string, kind subject.Kind, spec sandbox.Spec, opts experiment.Options) (experiment.Result, error) {
	if err := kind.Available(ctx); err != nil {
		return experiment.Result{}, err
	}
	on, err := kind.Open(ctx, spec)
	if err != nil {
		return experiment.Result{}, err
	}
	defer on.Close()
	r, err := experiment.Run(ctx, name, on, opts)
	if err != nil {
		return r, err
	}
	return r, on.Close()
}

func printResult(w io.Writer, r experiment.Result, width int) {
	fmt.Fprintf(w, "%s: %s\n", r.Experiment, r.Outcome)
	fmt.Fprint(w, report.Wrap(r.Reason, "", "", width), "\n")
	after := experiment.Amount(r.Milliseconds, "ms")
	if r.EntriesSearched > 0 {
		after = fmt.Sprintf("%d entries searched, %s", r.EntriesSearched, after)
	}
	fmt.Fprint(w, report.Wrap(report.Where(r)+"; "+after, "", "  ", width))
	report.Observations(w, r.Observations, width)
	report.Numbers(w, r.Numbers, width)
}
