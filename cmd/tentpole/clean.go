package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox"
)

func cleanCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "clean",
		Short: "Remove what killed runs left behind",
		Long:  "Remove what killed runs left behind: directories of the state directory, cgroups and files of experiments that carry tentpole's name and belong to a process that is no more. Running sandboxes are left alone. Every start of a sandbox does the same.",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			state, err := sandbox.StateDir()
			if err != nil {
				return err
			}
			swept, err := sandbox.Sweep(state)
			if asJSON {
				return errors.Join(err, printJSON(c, struct {
					Schema string `json:"schema"`
					sandbox.Swept
				}{"tentpole/clean/v1", swept}))
			}
			for _, group := range []struct {
				what string
				list []string
			}{{"directory", swept.Trees}, {"cgroup", swept.Cgroups}, {"file", swept.Canaries}} {
				for _, item := range group.list {
					fmt.Fprintln(c.OutOrStdout(), "removed", group.what, cleanLines(item))
				}
			}
			if len(swept.Trees)+len(swept.Cgroups)+len(swept.Canaries) == 0 && err == nil {
				fmt.Fprintln(c.OutOrStdout(), "nothing was left behind")
			}
			return err
		},
	}
	jsonFlag(c, &asJSON)
	return c
}
