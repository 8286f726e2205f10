package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/content"
	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/page"
	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox"
)

// longestLine is how wide plain text is written on a wide terminal.
const longestLine = 78

func lessonShowCommand() *cobra.Command {
	var asHTML, plain, notes bool
	var language, variant string
	c := &cobra.Command{
		Use:   "show LESSON|FILE",
		Short: "Print a whole lesson, hints and solutions included, without running anything",
		Long: "Print a whole lesson, with its questions, hints and solutions, without running anything: as plain lines, or with --html as a page of one file " +
			"that can be mailed, printed and read without a network.",
		Example: "  tentpole lesson show mounts | less\n  tentpole lesson show mounts --html --notes > mounts.html",
		Args:    arguments(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if asHTML && plain {
				return &sandbox.UsageError{What: "flag", Word: "--plain", Why: "not together with --html"}
			}
			reader, err := variantOf(variant)
			if err != nil {
				return err
			}
			l, err := lessonIn(args[0], language)
			if err != nil {
				return err
			}
			p := page.Of(l, page.Options{Variant: reader, Notes: notes, Play: "tentpole learn " + playedAs(args[0])})
			if asHTML {
				return p.HTML(c.OutOrStdout())
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), play.Page(p, min(columns(), longestLine)))
			return err
		},
	}
	flags := c.Flags()
	flags.BoolVar(&asHTML, "html", false, "as one HTML file, with hints and solutions folded")
	flags.BoolVar(&plain, "plain", false, "as plain lines, which is the default")
	flags.BoolVar(&notes, "notes", false, "with the notes for whoever speaks")
	flags.StringVar(&variant, "variant", "", "as this kind of learner reads it: "+strings.Join(variants, " or ")+" (default: as you do)")
	flags.StringVar(&language, "language", "", "in this language, such as de, instead of that of LANG")
	return c
}

// variants are the kinds of learner.
var variants = []string{string(lessons.User), string(lessons.Root)}

// variantOf reads a kind of learner; none is whoever asks.
func variantOf(word string) (lessons.Variant, error) {
	switch {
	case word == "":
		return play.VariantHere(), nil
	case !slices.Contains(variants, word):
		return "", &sandbox.UsageError{What: "variant", Word: word, Known: variants}
	}
	return lessons.Variant(word), nil
}

// playedAs is what to say to learn for a lesson: a file lies wherever the page
// is read, not where it is here.
func playedAs(word string) string {
	if isElsewhere(word) {
		return "./" + filepath.Base(word)
	}
	return word
}

// lessonIn finds a lesson of the course or reads a file, in the language asked
// for.
func lessonIn(word, language string) (*lessons.Lesson, error) {
	if language == "" {
		course, err := loadCourse()
		if err != nil {
			return nil, err
		}
		return findLesson(course, word)
	}
	course, err := lessons.LoadAll(content.FS, play.Known())
	if err != nil {
		return nil, err
	}
	l, err := findLesson(course, word)
	if err != nil {
		return nil, err
	}
	var files fs.FS = content.FS
	if isElsewhere(word) {
		files = os.DirFS(filepath.Dir(word))
	}
	return translated(l, files, language)
}

// translated is the lesson in a language that it is written in or was translated
// to.
func translated(l *lessons.Lesson, files fs.FS, language string) (*lessons.Lesson, error) {
	own := l.Language
	if own == "" {
		own = "en"
	}
	if language == own {
		return l, nil
	}
	known := []string{own}
	for _, other := range lessons.Languages(files) {
		if _, err := fs.Stat(files, translationOf(l, other)); err == nil {
			known = append(known, other)
		}
	}
	if !slices.Contains(known, language) {
		return nil, &sandbox.UsageError{What: "language", Word: language, Known: known}
	}
	t, err := lessons.LoadTranslation(files, translationOf(l, language))
	var broken lessons.Errors
	if errors.As(err, &broken) {
		return nil, &exitError{exitUsage, err}
	}
	if err != nil {
		return nil, err
	}
	return l.In(t), nil
}

func translationOf(l *lessons.Lesson, language string) string {
	return strings.TrimSuffix(l.File, ".md") + "." + language + ".md"
}
