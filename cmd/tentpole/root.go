package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox"
)

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "tentpole",
		Short:         "A container playground for the terminal",
		Long:          "tentpole raises a container one layer at a time, with real processes, and shows what each layer keeps in and what it lets out.\n\nWithout a command it opens the home screen.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			var known []string
			for _, sub := range c.Commands() {
				known = append(known, sub.Name())
			}
			return &sandbox.UsageError{What: "command", Word: args[0], Known: known}
		},
		RunE: home,
	}
	root.PersistentFlags().String("theme", "", "colours: light, dark, high-contrast or none (default: the settings, or what the terminal says)")
	root.SetFlagErrorFunc(usage)
	root.AddCommand(learnCommand(), presentCommand(), sandboxCommand(), runCommand(), planCommand(), imageCommand(), inspectCommand(), experimentCommand(), claimsCommand(),
		lessonCommand(), progressCommand(), serveCommand(), classCommand(), doctorCommand(), cleanCommand(), versionCommand())
	return root
}

func versionCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if asJSON {
				return printJSON(c, struct {
					Schema  string `json:"schema"`
					Version string `json:"version"`
				}{"tentpole/version/v1", version()})
			}
			fmt.Fprintln(c.OutOrStdout(), "tentpole", version())
			return nil
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

// version is the module's version, or the commit it was built from.
func version() string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := build.Main.Version
	for _, s := range build.Settings {
		if s.Key == "vcs.revision" && (v == "" || v == "(devel)") && len(s.Value) >= 12 {
			v = "commit " + s.Value[:12]
		}
	}
	if v == "" {
		v = "(devel)"
	}
	return v
}
