package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/content"
	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
)

func lessonCommand() *cobra.Command {
	c := &cobra.Command{Use: "lesson", Short: "List, show, check and test lessons", Args: arguments(cobra.NoArgs)}
	c.AddCommand(lessonListCommand(), lessonShowCommand(), lessonLintCommand(), lessonTestCommand(), lessonNewCommand())
	return c
}

// listed is a lesson as `lesson list --json` prints it.
type listed struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Summary string `json:"summary"`
	Minutes int    `json:"minutes"`
	Steps   int    `json:"steps"`
	Done    int    `json:"done"`
}

func lessonListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the lessons of the course, with what you have done",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			rows, err := listLessons()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c, struct {
					Schema  string   `json:"schema"`
					Lessons []listed `json:"lessons"`
				}{"tentpole/lessons/v1", rows})
			}
			width := 0
			for _, l := range rows {
				width = max(width, len(l.ID))
			}
			for _, l := range rows {
				fmt.Fprintf(c.OutOrStdout(), "%-*s  %2d/%d steps  %2d min  %s\n", width, l.ID, l.Done, l.Steps, l.Minutes, l.Summary)
			}
			return nil
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

func listLessons() ([]listed, error) {
	course, err := loadCourse()
	if err != nil {
		return nil, err
	}
	_, done, err := openProgress()
	if err != nil {
		fmt.Fprintln(os.Stderr, "tentpole: "+cleanLines(err.Error()))
	}
	var rows []listed
	for _, l := range course.Lessons {
		rows = append(rows, listed{l.ID, l.Title, l.Summary, l.Minutes, len(l.Steps), done.DoneSteps(l)})
	}
	return rows, nil
}

func lessonLintCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "lint [FILE|FOLDER...]",
		Short: "Check lessons and their translations: the course without arguments",
		RunE: func(c *cobra.Command, words []string) error {
			found, err := lint(words)
			for _, w := range found {
				fmt.Fprintln(c.OutOrStdout(), cleanLines(w.String()))
			}
			if err != nil || len(found) > 0 {
				return &exitError{exitFailed, err}
			}
			return nil
		},
	}
}

// lint checks what the words name, the course when there are none.
func lint(words []string) (found []lessons.Warning, err error) {
	if len(words) == 0 {
		return lintAll(content.FS)
	}
	var errs []error
	for _, word := range words {
		some, err := lintOne(word)
		found, errs = append(found, some...), append(errs, err)
	}
	return found, errors.Join(errs...)
}

func lintOne(word string) ([]lessons.Warning, error) {
	if info, err := os.Stat(word); err == nil && info.IsDir() {
		return lintAll(os.DirFS(word))
	}
	l, err := loadFile(word)
	if err != nil {
		return nil, err
	}
	return l.Lint(), nil
}

// lintAll checks all lessons of a folder, and what their translations lack.
func lintAll(files fs.FS) (found []lessons.Warning, err error) {
	course, err := lessons.LoadAll(files, play.Known())
	if err != nil {
		return nil, err
	}
	found = course.Lint()
	for _, language := range lessons.Languages(files) {
		_, lacks, err := course.Speak(files, language)
		if err != nil {
			return found, err
		}
		found = append(found, lacks...)
	}
	return found, nil
}
