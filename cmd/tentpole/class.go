package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/sandbox"
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
	c := &cobra.Command{
		Use: "delete NAME", Short: "Delete a class with all that is kept of its learners",
		Long: "Delete a class: its learners, their keys, progress, predictions and answers. It cannot be undone. Who is in it at the time is shown out.",
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return withClasses(c, &keep, func(s *store.Store) error {
				err := s.Delete(c.Context(), args[0])
				if errors.Is(err, store.ErrNone) {
					return unknownClass(c, s, args[0])
				}
				if err == nil {
					fmt.Fprintln(c.OutOrStdout(), "deleted the class", cleanLines(args[0]))
				}
				return err
			})
		},
	}
	keep.flags(c)
	return c
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
