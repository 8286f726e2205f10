package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/content"
	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
)

func glossaryCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "glossary [TERM]",
		Short:   "Say what the terms of the course mean, or one of them",
		Example: "  tentpole learn glossary | less\n  tentpole learn glossary bind mount",
		RunE: func(c *cobra.Command, words []string) error {
			terms, err := lessons.LoadGlossary(content.FS)
			if err != nil {
				return err
			}
			if len(words) > 0 {
				t, err := terms.Term(strings.Join(words, " "))
				if err != nil {
					return &exitError{exitUsage, err}
				}
				terms = lessons.Glossary{t}
			}
			for i, t := range terms {
				if i > 0 {
					fmt.Fprintln(c.OutOrStdout())
				}
				printTerm(c.OutOrStdout(), t)
			}
			return nil
		},
	}
}

// printTerm writes a term, what it means, and where to go on.
func printTerm(w io.Writer, t lessons.Term) {
	where := "tentpole learn " + t.Lesson
	if t.Manual != "" {
		where += ", " + t.Manual
	}
	text := play.Text(t.Meaning, min(columns(), longestLine)-2)
	fmt.Fprintf(w, "%s\n  %s\n  %s\n", strings.Join(t.Names, ", "), strings.ReplaceAll(text, "\n", "\n  "), where)
}
