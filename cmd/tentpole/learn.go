package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

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
	var part int
	c := &cobra.Command{
		Use:   "learn [LESSON|PATH]",
		Short: "Follow a lesson; without one, go on where you left",
		Long: "Follow a lesson on the screen, or with --plain as numbered prompts on plain lines, which is what a script or a screen reader uses.\n\n" +
			"Without a lesson it goes on with the first one that is not done. Lessons from elsewhere are a file, a folder or a tar: what they can run is shown first.",
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("part") && (!testOut || len(args) > 0) {
				return &sandbox.UsageError{What: "flag", Word: "--part", Why: "it goes with --test-out, and without a lesson"}
			}
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
			if c.Flags().Changed("part") {
				return testOutPart(c, course, part, store, done, in)
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
	c.Flags().IntVar(&part, "part", 0, "with --test-out: the quizzes of all lessons of this part, instead of one")
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

// testOutPart asks the quizzes of all lessons of a part.
func testOutPart(c *cobra.Command, course *lessons.Course, part int, store *lessons.Store, done *lessons.Progress, in io.Reader) error {
	var list []*play.Session
	var known []string
	for _, l := range course.Lessons {
		if l.Part == part && len(l.Quizzes()) > 0 {
			list = append(list, play.NewSession(play.Options{Lesson: l, Engine: play.NewEngine(), Store: store, Record: done.Lessons[l.ID]}))
		}
		if number := strconv.Itoa(l.Part); !slices.Contains(known, number) {
			known = append(known, number)
		}
	}
	if len(list) == 0 {
		return &sandbox.UsageError{What: "part", Word: strconv.Itoa(part), Known: known}
	}
	return play.TestOutOf(c.Context(), list, in, c.OutOrStdout())
}

// learnPlain plays a lesson on plain lines.
func learnPlain(c *cobra.Command, l *lessons.Lesson, store *lessons.Store, done *lessons.Progress, in io.Reader) error {
	class, err := attendPlainly()
	if err != nil {
		fmt.Fprintln(os.Stderr, "tentpole: "+cleanLines(err.Error()))
	}
	o := play.Options{Lesson: l, Engine: play.NewEngine(), Store: store, Record: done.Lessons[l.ID]}
	if class != nil {
		o.Class = class
		defer class.Close()
	}
	s := play.NewSession(o)
	err = play.Plain(c.Context(), s, in, c.OutOrStdout())
	if closeErr := s.Close(); err == nil {
		err = closeErr
	}
	return err
}
