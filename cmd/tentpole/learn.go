package main

import (
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/tui"
)

func learnCommand() *cobra.Command {
	var plain bool
	var answers string
	c := &cobra.Command{
		Use:   "learn [LESSON|FILE]",
		Short: "Follow a lesson; without one, go on where you left",
		Long: "Follow a lesson on the screen, or with --plain as numbered prompts on plain lines, which is what a script or a screen reader uses.\n\n" +
			"Without a lesson it goes on with the first one that is not done.",
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			course, err := loadCourse()
			if err != nil {
				return err
			}
			store, done, err := openProgress()
			if err != nil {
				fmt.Fprintln(os.Stderr, "tentpole: "+cleanLines(err.Error()))
			}
			lesson := next(course, done)
			if len(args) == 1 {
				if lesson, err = findLesson(course, args[0]); err != nil {
					return err
				}
			}
			if answers != "" {
				file, err := openInput(c, answers)
				if err != nil {
					return fmt.Errorf("open the answers: %w", err)
				}
				defer file.Close()
				return learnPlain(c, lesson, store, done, file)
			}
			if plain {
				return learnPlain(c, lesson, store, done, c.InOrStdin())
			}
			return openScreen(c, tui.Options{Course: withLesson(course, lesson), Store: store, Start: lesson.ID})
		},
	}
	c.Flags().StringVar(&answers, "answers", "", "play with the lines of this file as answers; implies --plain")
	c.Flags().BoolVar(&plain, "plain", false, "plain lines and numbered prompts, no full screen")
	return c
}

// withLesson is the course, or the lesson alone when it comes from elsewhere.
func withLesson(course *lessons.Course, l *lessons.Lesson) *lessons.Course {
	if slices.Contains(course.Lessons, l) {
		return course
	}
	return &lessons.Course{Title: l.Title, Lessons: []*lessons.Lesson{l}}
}

// learnPlain plays a lesson on plain lines.
func learnPlain(c *cobra.Command, l *lessons.Lesson, store *lessons.Store, done *lessons.Progress, in io.Reader) error {
	s := play.NewSession(play.Options{Lesson: l, Engine: play.NewEngine(), Store: store, Record: done.Lessons[l.ID]})
	err := play.Plain(c.Context(), s, in, c.OutOrStdout())
	if closeErr := s.Close(); err == nil {
		err = closeErr
	}
	return err
}
