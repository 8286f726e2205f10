package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/class/board"
	"github.com/tentpole-labs/tentpole/class/desk"
	"github.com/tentpole-labs/tentpole/class/lectern"
	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/tui"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

func boardCommand() *cobra.Command {
	var keep keptAt
	var lesson string
	var plain bool
	c := &cobra.Command{
		Use:   "class [NAME]",
		Short: "Show the teacher's board of a class; list, show and delete classes",
		Long: "Show the board of a class that is being served on this machine: who is where, who is stuck, who has a hand up, and what was predicted. Its keys send messages, invite everybody to a step, ask a poll and hold lessons back.\n\n" +
			"Without a name it is the one class there is. --plain prints a table of what is kept and ends.",
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			course, err := loadCourse()
			if err != nil {
				return err
			}
			return withClasses(c, &keep, func(s *store.Store) error {
				class, err := oneClass(c, s, args)
				switch {
				case err != nil:
					return err
				case plain:
					b, err := boardOf(c.Context(), &keep, s, class, course)
					if err != nil {
						return err
					}
					return printTable(c, b, course, lesson)
				case lesson != "":
					return &sandbox.UsageError{What: "flag", Word: "--lesson", Why: "it goes with --plain; the screen has keys for it"}
				}
				return showBoard(c, &keep, class, course)
			})
		},
	}
	keep.flags(c)
	c.Flags().BoolVar(&plain, "plain", false, "print the board as a table, and end")
	c.Flags().StringVar(&lesson, "lesson", "", "with --plain: the lesson (default: the one that most are at)")
	return c
}

// oneClass finds the class of that name, or the only one.
func oneClass(c *cobra.Command, s *store.Store, args []string) (store.Class, error) {
	if len(args) == 1 {
		class, err := s.Find(c.Context(), args[0])
		if errors.Is(err, store.ErrNone) {
			err = unknownClass(c, s, args[0])
		}
		return class, err
	}
	list, err := s.Classes(c.Context())
	switch {
	case err != nil:
		return store.Class{}, err
	case len(list) == 1:
		return list[0], nil
	case len(list) == 0:
		return store.Class{}, &exitError{exitUsage, errors.New("there is no class so far; tentpole serve makes one")}
	}
	return store.Class{}, &exitError{exitUsage, errors.New("there are several classes; say which: tentpole class NAME. tentpole class list shows them")}
}

// hasTerminal tells whether there is a terminal for a screen.
func hasTerminal() bool { return term.IsTerminal(os.Stdin.Fd()) && term.IsTerminal(os.Stdout.Fd()) }

// showBoard shows the screen.
func showBoard(c *cobra.Command, keep *keptAt, class store.Class, course *lessons.Course) error {
	if !hasTerminal() {
		return &exitError{exitUsage, errors.New("the board needs a terminal; --plain prints it as a table")}
	}
	far, err := lookOn(keep, class)
	if err != nil {
		return fmt.Errorf("%w; is it being served? tentpole serve --class %s does, and --plain shows what is kept", err, class.Name)
	}
	o := desk.Options{Name: class.Name, Code: class.Code, Class: far, Course: course}
	if o.Theme, err = theme(c); err == nil {
		o.Theme, o.ASCII = tui.FromEnvironment(o.Theme, false)
		err = desk.Show(c.Context(), o, desk.Terminal{NoColour: o.Theme == styles.None})
	}
	return errors.Join(err, far.Close())
}

// lookOn connects to the server of a class.
func lookOn(keep *keptAt, class store.Class) (*lectern.Remote, error) {
	dir, err := keep.local()
	if err != nil {
		return nil, err
	}
	return lectern.Dial(lectern.Socket(dir, class.Name))
}

// boardOf is the board as it is now, or as it is kept where nobody serves the class.
func boardOf(ctx context.Context, keep *keptAt, s *store.Store, class store.Class, course *lessons.Course) (b board.Board, err error) {
	far, err := lookOn(keep, class)
	if err != nil {
		all, err := s.Changes(ctx, class.ID, store.All)
		return all.Board(course), err
	}
	for more := true; more; {
		n, err := far.Next(ctx)
		if err != nil {
			return b, errors.Join(err, far.Close())
		}
		b.Take(n)
		more = n.More
	}
	return b, far.Close()
}

// printTable prints the board of one lesson.
func printTable(c *cobra.Command, b board.Board, course *lessons.Course, lesson string) (err error) {
	l := course.Lessons[0]
	if lesson == "" {
		lesson = b.Busiest().Lesson
	}
	if lesson != "" {
		if l, err = findLesson(course, lesson); err != nil {
			return err
		}
	}
	for _, line := range desk.Table(b, course, l, time.Now()) {
		fmt.Fprintln(c.OutOrStdout(), line)
	}
	return nil
}
