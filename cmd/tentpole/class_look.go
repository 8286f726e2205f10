package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/class/server"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/tui"
)

func classLookCommand() *cobra.Command {
	var keep keptAt
	var ask server.Ask
	c := &cobra.Command{
		Use: "look LEARNER", Short: "Ask to look on at a learner's terminal, or to type there",
		Long: "Ask to look on at a learner's terminal. The learner sees who asks and says yes with ctrl-t; no answer in a minute is no. As long as somebody looks on, a line at the foot of the learner's window says so, and ctrl-t ends it at once, on either side.",
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if !hasTerminal() { // before anybody is asked
				return &exitError{exitUsage, errors.New("to look on needs a terminal for input and output; tentpole class --plain prints where everybody is")}
			}
			dir, err := keep.local()
			if err != nil {
				return err
			}
			ask.Learner = args[0]
			return look(c, dir, ask)
		},
	}
	keep.flags(c)
	c.Flags().StringVar(&ask.As, "as", "The teacher", "who asks, as the learner reads it")
	c.Flags().BoolVar(&ask.Type, "type", false, "type there, too")
	return c
}

func look(c *cobra.Command, dir string, ask server.Ask) error {
	l, err := server.OpenLook(c.Context(), dir, ask)
	if err != nil {
		return err
	}
	defer l.Close()
	err = tui.ShowLook(c.Context(), tui.LookOptions{Who: ask.Learner, Types: ask.Type,
		Open: func(sized func(cols, rows int), says func(string)) io.ReadWriter {
			l.Sized = func(size sandbox.Size) { sized(int(size.Cols), int(size.Rows)) }
			l.Says = says
			return l
		}})
	if why := l.Why(); why != "" {
		fmt.Fprintf(c.OutOrStdout(), "%s: %s\n", cleanLines(ask.Learner), cleanLines(why))
	}
	return err
}
