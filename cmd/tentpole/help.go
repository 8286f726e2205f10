package main

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/report"
)

// fitHelp has help fit the window. Fang draws it, wraps nothing beside names of
// flags and commands, and keeps lines that are broken already: they are broken
// here, when they are asked for. Fang sets the help of the root itself, so that
// this one looks at the arguments.
func fitHelp(root *cobra.Command, args []string, width int) {
	for _, c := range root.Commands() {
		c.SetHelpFunc(func(c *cobra.Command, args []string) {
			breakHelp(c, c.Flags(), width)
			c.Root().HelpFunc()(c, args)
		})
	}
	if len(args) == 1 && slices.Contains([]string{"help", "--help", "-h"}, args[0]) {
		root.InitDefaultCompletionCmd()
		breakHelp(root, root.PersistentFlags(), width)
	}
}

// helpWidth is the width that fang draws for.
func helpWidth() int {
	const most = 120
	w, _, err := term.GetSize(int(os.Stdout.Fd()))
	if err != nil {
		return most
	}
	return min(w, most)
}

// breakHelp breaks what stands beside the names of flags and commands.
func breakHelp(c *cobra.Command, flags *pflag.FlagSet, width int) {
	const least = 20 // less is no text any more
	room := max(width-helpColumn(c, flags), least)
	flags.VisitAll(func(f *pflag.Flag) { f.Usage = broken(f.Usage, defaultOf(f), room) })
	for _, sub := range c.Commands() {
		sub.Short = broken(sub.Short, "", room)
	}
}

// helpColumn is where fang lets texts begin, or a little more: behind the longest
// name, and two blanks.
func helpColumn(c *cobra.Command, flags *pflag.FlagSet) int {
	const indent, apart = 4, 2
	longest := len("-v --version")
	flags.VisitAll(func(f *pflag.Flag) { longest = max(longest, len("-x --"+f.Name)) })
	for _, sub := range c.Commands() {
		name := sub.Use + " [--flags]"
		if sub.HasAvailableSubCommands() {
			name += " [command]"
		}
		longest = max(longest, len(name))
	}
	return indent + longest + apart
}

// defaultOf is what fang writes behind the text of a flag.
func defaultOf(f *pflag.Flag) string {
	if slices.Contains([]string{"", "false", "0", "[]"}, f.DefValue) {
		return ""
	}
	return " (" + f.DefValue + ")"
}

// broken is a text in lines of that width, the last word with room for what comes
// behind it.
func broken(text, behind string, width int) string {
	const room = "\x00"
	lines := report.Wrap(text+strings.Repeat(room, len(behind)), "", "", width)
	return strings.TrimRight(lines, room+"\n")
}
