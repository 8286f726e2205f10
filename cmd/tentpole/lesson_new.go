package main

import (
	_ "embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox"
)

// A new lesson has all that a lesson has, plays as it is, and says what to
// write where.
//
//go:embed lesson_new.md
var newLesson string

// draft is what a new lesson is made from.
type draft struct{ ID, Title, Layer, Language string }

func lessonNewCommand() *cobra.Command {
	var d draft
	var dir string
	c := &cobra.Command{
		Use:     "new [ID]",
		Short:   "Begin a lesson: a file that plays as it is, to be written over",
		Long:    "Begin a lesson: a file that plays as it is, to be written over. What is not given as a flag is asked for, on a terminal or from the standard input.",
		Example: "  tentpole lesson new my-first --title 'My first' --layer uts\n  tentpole lesson lint my-first.md && tentpole lesson test my-first.md",
		Args:    arguments(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			d.ID = append(args, "")[0]
			if err := d.ask(c); err != nil {
				return err
			}
			name := filepath.Join(dir, d.ID+".md")
			if err := createLesson(name, d); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "wrote %s\nnext: tentpole lesson lint %s; tentpole learn %s\n", name, name, name)
			return nil
		},
	}
	flags := c.Flags()
	flags.StringVar(&d.Title, "title", "", "the title, as learners see it")
	flags.StringVar(&d.Layer, "layer", "", "the layer that the lesson is about")
	flags.StringVar(&d.Language, "language", "en", "the language it is written in")
	flags.StringVar(&dir, "dir", ".", "the folder to write it to")
	return c
}

// ask asks for what is missing.
func (d *draft) ask(c *cobra.Command) error {
	for _, q := range []struct {
		into     *string
		question string
		preset   string
	}{
		{&d.ID, "id, lower-case words joined by hyphens", "my-lesson"},
		{&d.Title, "title", strings.ReplaceAll(d.ID, "-", " ")},
		{&d.Layer, "layer that it is about", "uts"},
	} {
		if *q.into != "" {
			continue
		}
		fmt.Fprintf(c.ErrOrStderr(), "%s [%s]: ", q.question, q.preset)
		if *q.into = strings.TrimSpace(readLine(c.InOrStdin())); *q.into == "" {
			*q.into = q.preset
		}
	}
	_, err := sandbox.ParseLayer(d.Layer)
	return err
}

// createLesson writes the file if there is none, and only what loads.
func createLesson(name string, d draft) error {
	page, err := template.New("lesson").Parse(newLesson)
	if err != nil {
		return err
	}
	var text strings.Builder
	if err := page.Execute(&text, d); err != nil {
		return err
	}
	if err := lessons.Check(filepath.Base(name), text.String(), play.Known()); err != nil {
		return &sandbox.UsageError{What: "lesson", Word: d.ID, Why: err.Error()}
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("begin a lesson: %w", err)
	}
	_, err = io.WriteString(file, text.String())
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	return err
}
