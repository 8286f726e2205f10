package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/tentpole-labs/tentpole/class/report"
	"github.com/tentpole-labs/tentpole/class/store"
)

func classReportCommand() *cobra.Command {
	var keep keptAt
	var asHTML, asCSV, names bool
	c := &cobra.Command{
		Use: "report NAME", Short: "Tell what a class has done, as a page or a table",
		Long: "Tell what a class has done: the steps of each learner with their times, and what the class predicted and answered to polls as bars. " +
			"Nobody's prediction or answer is told by name, unless --names asks for it. It is written to standard output.",
		Example: "  sudo tentpole class report blue --html > blue.html\n  sudo tentpole class report blue --csv > blue.csv",
		Args:    arguments(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if asHTML == asCSV {
				return &exitError{exitUsage, errors.New("a report is one of --html and --csv")}
			}
			return withClasses(c, &keep, func(s *store.Store) error {
				r, err := classReport(c, s, args[0], names)
				if err != nil {
					return err
				}
				write := r.HTML
				if asCSV {
					write = r.CSV
				}
				return write(c.OutOrStdout())
			})
		},
	}
	flags := c.Flags()
	flags.BoolVar(&asHTML, "html", false, "a page for a browser")
	flags.BoolVar(&asCSV, "csv", false, "a line for each learner and step, for a spreadsheet")
	flags.BoolVar(&names, "names", false, "tell who made which prediction, and gave which answer")
	keep.flags(c)
	return c
}

func classReport(c *cobra.Command, s *store.Store, name string, names bool) (*report.Report, error) {
	class, err := findClass(c, s, name)
	if err != nil {
		return nil, err
	}
	course, err := loadCourse()
	if err != nil {
		return nil, err
	}
	board, err := s.Board(c.Context(), class.ID)
	if err != nil {
		return nil, err
	}
	records, err := s.Records(c.Context(), class.ID)
	if err != nil {
		return nil, err
	}
	polls, err := s.Polls(c.Context(), class.ID)
	return report.New(class.Name, course, board, records, polls, names), err
}

func classBackupCommand() *cobra.Command {
	var keep keptAt
	c := &cobra.Command{
		Use: "backup FILE", Short: "Write all classes to a new file",
		Long: "Write all classes to a new file, as they are at one moment, while they go on. It can be restored from SQLite into PostgreSQL and back, by this tentpole and later ones. " +
			"The key of the server is not in it.",
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return withClasses(c, &keep, func(s *store.Store) error {
				err := s.Backup(c.Context(), args[0])
				if err == nil {
					fmt.Fprintln(c.OutOrStdout(), "wrote", cleanLines(args[0]))
				}
				return err
			})
		},
	}
	keep.flags(c)
	return c
}

func classRestoreCommand() *cobra.Command {
	var keep keptAt
	var replace bool
	c := &cobra.Command{
		Use: "restore FILE", Short: "Bring the classes of a back-up back",
		Long: "Bring the classes of a back-up back, all or none. A class that is there already keeps its code. Where it has learners, they are replaced only after you have said so.",
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return withClasses(c, &keep, func(s *store.Store) error {
				err := s.Restore(c.Context(), args[0], replace)
				if there := (*store.ThereError)(nil); errors.As(err, &there) {
					err = restoreOver(c, s, args[0], there)
				}
				if err == nil {
					fmt.Fprintln(c.OutOrStdout(), "restored", cleanLines(args[0]))
				}
				return err
			})
		},
	}
	c.Flags().BoolVar(&replace, "replace", false, "replace the learners of classes that are there, without asking")
	keep.flags(c)
	return c
}

// restoreOver asks before learners are replaced, and refuses where nobody can
// answer.
func restoreOver(c *cobra.Command, s *store.Store, file string, there *store.ThereError) error {
	list := cleanLines(strings.Join(there.Classes, ", "))
	if isTerminal(c.InOrStdin()) && confirm(c, "Replace the learners of "+list+" with those of the back-up? It cannot be undone. Type yes: ") {
		return s.Restore(c.Context(), file, true)
	}
	return &exitError{exitFailed, fmt.Errorf("nothing was restored: there are learners in %s already; `tentpole class backup` keeps them, --replace replaces them", list)}
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
