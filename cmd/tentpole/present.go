package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/tui"
	"github.com/tentpole-labs/tentpole/tui/present"
)

func presentCommand() *cobra.Command {
	var notes, trust bool
	c := &cobra.Command{
		Use:   "present [LESSON|PATH]",
		Short: "Show a lesson to a room, with the notes on another screen",
		Long: "Show a lesson in front of a room: one pane at a time, laid out for 80 columns and 24 rows so that the letters can be large, and a clock.\n\n" +
			"With --notes, in a second terminal of the same user, it shows the speaker notes, what comes next and the time, and turns the pages of the first. Nothing of a talk is kept as progress.",
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			socket, err := present.Socket()
			if err != nil {
				return err
			}
			switch {
			case notes && len(args) > 0:
				return &exitError{exitUsage, errors.New("--notes follows the lesson that is presented: leave LESSON out")}
			case notes:
				return showNotes(c, socket)
			case len(args) == 0:
				return &exitError{exitUsage, errors.New("say which lesson: tentpole present LESSON; `tentpole lesson list` has them")}
			}
			return presentLesson(c, socket, args, trust)
		},
	}
	c.Flags().BoolVar(&notes, "notes", false, "show the notes to the lesson that is presented in another terminal")
	c.Flags().BoolVar(&trust, "trust", false, "play lessons from elsewhere without asking")
	return c
}

func presentLesson(c *cobra.Command, socket string, args []string, trust bool) (err error) {
	course, lesson, err := toLearn(c, args, trust)
	if err != nil {
		return err
	}
	if lesson == nil {
		lesson = course.Lessons[0]
	}
	wall, err := present.Listen(socket)
	if err != nil {
		return fmt.Errorf("%w; tentpole present --notes joins it", err)
	}
	defer func() { err = errors.Join(err, wall.Close()) }()
	return openScreen(c, tui.Options{Course: course, Start: lesson.ID, Wall: wall})
}

func showNotes(c *cobra.Command, socket string) error {
	t, err := theme(c)
	if err != nil {
		return err
	}
	return onScreen(tui.ShowNotes(c.Context(), tui.NotesOptions{Socket: socket, Theme: t}))
}
