package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/tui"
)

func learnCommand() *cobra.Command {
	var plain bool
	var answers string
	var trust, testOut bool
	c := &cobra.Command{
		Use:   "learn [LESSON|FILE|FOLDER|TAR]",
		Short: "Follow a lesson; without one, go on where you left",
		Long: "Follow a lesson on the screen, or with --plain as numbered prompts on plain lines, which is what a script or a screen reader uses.\n\n" +
			"Without a lesson it goes on with the first one that is not done. Lessons from elsewhere are a file, a folder or a tar: what they can run is shown first.",
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			course, lesson, err := toLearn(c, args, trust)
			if err != nil {
				return err
			}
			store, done, err := openProgress()
			if err != nil {
				fmt.Fprintln(os.Stderr, "tentpole: "+cleanLines(err.Error()))
			}
			if lesson == nil {
				lesson = next(course, done)
			}
			in := c.InOrStdin()
			if answers != "" {
				file, err := openInput(c, answers)
				if err != nil {
					return fmt.Errorf("open the answers: %w", err)
				}
				defer file.Close()
				in, plain = file, true
			}
			if testOut {
				return learnTestOut(c, lesson, store, done, in)
			}
			if plain {
				return learnPlain(c, lesson, store, done, in)
			}
			screen := tui.Options{Course: course, Store: store, Start: lesson.ID}
			if len(args) == 1 && isElsewhere(args[0]) {
				screen.Reload = reloading(args[0])
			}
			return openScreen(c, screen)
		},
	}
	c.Flags().StringVar(&answers, "answers", "", "play with the lines of this file as answers; implies --plain")
	c.Flags().BoolVar(&trust, "trust", false, "play lessons from elsewhere without asking")
	c.Flags().BoolVar(&testOut, "test-out", false, "answer the quizzes of a lesson first: all right at once, and it counts as known; implies --plain")
	c.Flags().BoolVar(&plain, "plain", false, "plain lines and numbered prompts, no full screen")
	c.AddCommand(glossaryCommand())
	return c
}

// toLearn loads the course that the words name, and the lesson if they name one.
func toLearn(c *cobra.Command, words []string, trust bool) (*lessons.Course, *lessons.Lesson, error) {
	if len(words) == 1 && isElsewhere(words[0]) {
		course, err := elsewhere(words[0])
		if err != nil {
			return nil, nil, err
		}
		return course, nil, trusted(c, course, words[0], trust)
	}
	course, err := loadCourse()
	if err != nil || len(words) == 0 {
		return course, nil, err
	}
	lesson, err := findLesson(course, words[0])
	return course, lesson, err
}

// learnTestOut asks the quizzes of a lesson.
func learnTestOut(c *cobra.Command, l *lessons.Lesson, store *lessons.Store, done *lessons.Progress, in io.Reader) error {
	if len(l.Quizzes()) == 0 {
		return &sandbox.UsageError{What: "lesson", Word: l.ID, Why: "it has no quiz to test out by"}
	}
	s := play.NewSession(play.Options{Lesson: l, Engine: play.NewEngine(), Store: store, Record: done.Lessons[l.ID]})
	return play.TestOut(c.Context(), s, in, c.OutOrStdout())
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
