package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/page"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

func progressCommand() *cobra.Command {
	c := &cobra.Command{Use: "progress", Short: "Show, keep or forget what you have done", Args: arguments(cobra.NoArgs)}
	c.AddCommand(progressShowCommand(), progressExportCommand(), progressImportCommand(), progressResetCommand())
	return c
}

func progressShowCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "show",
		Short: "Show what you have done, lesson by lesson",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			course, err := loadCourse()
			if err != nil {
				return err
			}
			_, done, err := openProgress()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c, done)
			}
			printTallies(c.OutOrStdout(), course, done)
			return nil
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

func printTallies(w io.Writer, course *lessons.Course, done *lessons.Progress) {
	fmt.Fprintf(w, "%-20s %9s  %21s  %5s  %s\n", "lesson", "steps", "as predicted", "hints", "time")
	for _, l := range course.Lessons {
		t := done.Tally(l)
		fmt.Fprintf(w, "%-20s %4d of %2d  %16d of %2d  %5d  %s\n", l.ID, t.Done, t.Steps, t.Agreed, t.Predicted, t.Hints, minutes(t.Seconds)+knownMark[t.Known])
	}
}

// knownMark is said of a lesson that was tested out of.
var knownMark = map[bool]string{true: "  known"}

// minutes writes a time as a person would say it.
func minutes(seconds int) string {
	switch m := (seconds + 30) / 60; {
	case seconds == 0:
		return "-"
	case m < 60:
		return fmt.Sprintf("%d min", m)
	default:
		return fmt.Sprintf("%d h %02d min", m/60, m%60)
	}
}

func progressExportCommand() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "export [FILE]",
		Short: "Write what you have done to a file, or to the standard output",
		Long: "Write what you have done to a file, or to the standard output: as JSON, which import takes, or with --html as a page to read and to keep, " +
			"with what you predicted and what happened.",
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if file != "" && len(args) > 0 {
				return &sandbox.UsageError{What: "file", Word: args[0], Why: "--html names the file already"}
			}
			_, done, err := openProgress()
			if err != nil {
				return err
			}
			if file != "" {
				return writeSummary(c, file, done)
			}
			return writeOut(c, append(args, "-")[0], func(w io.Writer) error { return encodeJSON(w, done) })
		},
	}
	c.Flags().StringVar(&file, "html", "", "write a page of your predictions to this file; - is the standard output")
	return c
}

// writeSummary writes the page of what a learner predicted.
func writeSummary(c *cobra.Command, file string, done *lessons.Progress) error {
	course, err := loadCourse()
	if err != nil {
		return err
	}
	return writeOut(c, file, func(w io.Writer) error { return page.Summary(w, course.Title, done.Summaries(course)) })
}

func progressImportCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE",
		Short: "Add what is in an exported file; nothing you have done is lost",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			file, err := openInput(c, args[0])
			if err != nil {
				return err
			}
			defer file.Close()
			theirs, err := lessons.DecodeProgress(file)
			if err != nil {
				return fmt.Errorf("read progress from %s: %w", args[0], err)
			}
			store, _, err := openProgress()
			if err != nil {
				return err
			}
			err = store.Update(func(p *lessons.Progress) error {
				p.Merge(theirs)
				return nil
			})
			if err == nil {
				fmt.Fprintf(c.OutOrStdout(), "added %s\n", facts.Count(len(theirs.Lessons), "lesson"))
			}
			return err
		},
	}
}

func progressResetCommand() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use:   "reset [LESSON[:STEP]]",
		Short: "Forget a step, a lesson, or without arguments everything",
		Args:  arguments(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			lesson, step, _ := strings.Cut(append(args, "")[0], ":")
			what := "everything that you have done"
			if lesson != "" {
				what = args[0]
			}
			if !yes && !confirm(c, "Forget "+what+"? It cannot be undone; `tentpole progress export` keeps a copy. Type yes: ") {
				return &exitError{exitFailed, fmt.Errorf("nothing was forgotten: say --yes, or answer yes")}
			}
			store, _, err := openProgress()
			if err != nil {
				return err
			}
			return store.Update(func(p *lessons.Progress) error {
				if p.Reset(lesson, step) {
					fmt.Fprintf(c.OutOrStdout(), "forgot %s\n", what)
				} else {
					fmt.Fprintf(c.OutOrStdout(), "there was nothing to forget\n")
				}
				return nil
			})
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}
