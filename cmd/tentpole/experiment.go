package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

func experimentCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "experiment",
		Short: "Do something inside, look for it outside",
		Args:  arguments(cobra.NoArgs),
	}
	c.AddCommand(experimentListCommand(), experimentRunCommand())
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
					Schema      string            `json:"schema"`
					Experiments []experiment.Info `json:"experiments"`
				}{"tentpole/experiments/v1", experiment.List()})
			}
			for _, e := range experiment.List() {
				fmt.Fprintf(c.OutOrStdout(), "%-12s %s\n", e.ID, e.Question)
			}
			return nil
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

func experimentRunCommand() *cobra.Command {
	var flags specFlags
	var opts experiment.Options
	var asJSON bool
	c := &cobra.Command{
		Use:     "run NAME...",
		Short:   "Run experiments in a sandbox",
		Example: "  tentpole experiment run file --stage mount\n  tentpole experiment run file --layer mount,pid --root overlay --json",
		Args:    arguments(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, names []string) error {
			spec, err := flags.spec()
			if err != nil {
				return err
			}
			if err := knownExperiments(names); err != nil {
				return err
			}
			for _, name := range names {
				if err := runExperiment(c, name, spec, opts, asJSON); err != nil {
					return err
				}
			}
			return nil
		},
	}
	flags.add(c)
	c.Flags().StringVar(&opts.Path, "path", "", "the file to make inside (default "+experiment.DefaultPath+")")
	jsonFlag(c, &asJSON)
	return c
}

func knownExperiments(names []string) error {
	var known []string
	rows := map[string]bool{}
	for _, e := range experiment.List() {
		known, rows[e.ID] = append(known, e.ID), true
	}
	for _, n := range names {
		if !rows[n] {
			return &sandbox.UsageError{What: "experiment", Word: n, Known: known}
		}
	}
	return nil
}

// runExperiment runs one experiment in a sandbox of its own.
func runExperiment(c *cobra.Command, name string, spec sandbox.Spec, opts experiment.Options, asJSON bool) error {
	ctx := c.Context()
	box, err := sandbox.Open(ctx, spec, sandbox.Options{})
	if err != nil {
		return err
	}
	defer box.Close()
	done := progress(&opts)
	r, err := experiment.Run(ctx, name, experiment.On(box), opts)
	done()
	if err != nil {
		return err
	}
	if asJSON {
		err = printJSON(c, r)
	} else {
		printResult(c.OutOrStdout(), r)
	}
	if closeErr := box.Close(); err == nil {
		err = closeErr
	}
	return err
}

// progress shows on a terminal's standard error how far an experiment is.
func progress(opts *experiment.Options) (done func()) {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return func() {}
	}
	opts.Progress = func(p experiment.Progress) {
		line := p.Phase
		if p.Entries > 0 {
			line += fmt.Sprintf(": %d entries", p.Entries)
		}
		fmt.Fprintf(os.Stderr, "\r\x1b[K%s", line)
	}
	return func() { fmt.Fprint(os.Stderr, "\r\x1b[K") }
}

func printResult(w io.Writer, r experiment.Result) {
	layers := r.Subject.Layers.String()
	if layers == "" {
		layers = "none"
	}
	fmt.Fprintf(w, "%s: %s\n%s\n\n", r.Experiment, r.Outcome, r.Reason)
	fmt.Fprintf(w, "layers %s, root %s; %d entries searched, %.0f ms\n", layers, r.Subject.Root, r.EntriesSearched, r.Milliseconds)
	for _, o := range r.Observations {
		fmt.Fprintf(w, "\n  %s (%s)\n", o.What, o.Outcome)
		if o.Inside != "" {
			fmt.Fprintf(w, "    inside  %s\n", o.Inside)
		}
		fmt.Fprintf(w, "    host    %s\n", o.Host)
	}
}
