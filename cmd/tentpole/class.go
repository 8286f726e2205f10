package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

func classCommand() *cobra.Command {
	c := boardCommand()
	c.AddCommand(classListCommand(), classShowCommand(), classLookCommand(), classReportCommand(), classBackupCommand(), classRestoreCommand(), classDeleteCommand())
	return c
}

func classListCommand() *cobra.Command {
	var keep keptAt
	c := &cobra.Command{
		Use: "list", Short: "List classes with their codes", Args: arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return withClasses(c, &keep, func(s *store.Store) error {
				list, err := s.Classes(c.Context())
				for _, class := range list {
					fmt.Fprintf(c.OutOrStdout(), "%-24s %s\n", class.Name, class.Code)
				}
				return err
			})
		},
	}
	keep.flags(c)
	return c
}

func classShowCommand() *cobra.Command {
	var keep keptAt
	c := &cobra.Command{
		Use: "show NAME", Short: "Show where the learners of a class are", Args: arguments(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return withClasses(c, &keep, func(s *store.Store) error {
				class, err := findClass(c, s, args[0])
				if err != nil {
					return err
				}
				board, err := s.Board(c.Context(), class.ID)
				printBoard(c.OutOrStdout(), board, time.Now())
				return err
			})
		},
	}
	keep.flags(c)
	return c
}

// printBoard prints a line for each learner. Names of steps are what a learner's
// side says, as is everything that is done.
func printBoard(w io.Writer, board []store.Place, now time.Time) {
	for _, p := range board {
		where := "nothing done yet"
		if p.Lesson != "" {
			where = cleanLines(p.Lesson + ", " + p.Step)
		}
		fmt.Fprintf(w, "%-24s %4d steps  %s ago  %s\n", p.Name, p.Done, max(0, now.Sub(p.Seen)).Round(time.Second), where)
	}
}

func classDeleteCommand() *cobra.Command {
	var keep keptAt
	var yes bool
	c := &cobra.Command{
		Use: "delete NAME", Short: "Delete a class with all that is kept of its learners",
		Long: "Delete a class: its learners, their keys, progress, predictions and answers. It asks first, and cannot be undone. Who is in it at the time is shown out.",
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return withClasses(c, &keep, func(s *store.Store) error {
				class, err := findClass(c, s, args[0])
				if err != nil {
					return err
				}
				if !yes && !confirmDelete(c, s, class) {
					return &exitError{exitFailed, errors.New("nothing was deleted: say --yes, or answer yes")}
				}
				if err = s.Delete(c.Context(), class.Name); err == nil {
					fmt.Fprintln(c.OutOrStdout(), "deleted the class", cleanLines(args[0]))
				}
				return err
			})
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	keep.flags(c)
	return c
}

// confirmDelete says who is in the class, and asks.
func confirmDelete(c *cobra.Command, s *store.Store, class store.Class) bool {
	learners, err := s.Board(c.Context(), class.ID)
	return err == nil && confirm(c, fmt.Sprintf("Delete the class %s with all that is kept of %s? It cannot be undone; `tentpole class backup` keeps a copy. Type yes: ",
		class.Name, facts.Count(len(learners), "learner")))
}

// withClasses opens the store for one command.
func withClasses(c *cobra.Command, keep *keptAt, work func(*store.Store) error) error {
	s, err := keep.open(c.Context())
	if err != nil {
		return err
	}
	return errors.Join(work(s), s.Close())
}

func findClass(c *cobra.Command, s *store.Store, name string) (store.Class, error) {
	class, err := s.Find(c.Context(), name)
	if errors.Is(err, store.ErrNone) {
		err = unknownClass(c, s, name)
	}
	return class, err
}

func unknownClass(c *cobra.Command, s *store.Store, name string) error {
	list, err := s.Classes(c.Context())
	if err != nil {
		return err
	}
	known := make([]string, len(list))
	for i, class := range list {
		known[i] = class.Name
	}
	return &sandbox.UsageError{What: "class", Word: name, Known: known}
}
