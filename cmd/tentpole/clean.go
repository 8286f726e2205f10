package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/engine"
)

func cleanCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "clean",
		Short: "Remove what killed runs left behind",
		Long: "Remove what killed runs left behind: directories of the state directory, cgroups, links and rules of the bridge, and files of experiments that carry tentpole's name and belong to a process that is no more; of Docker and Podman, where they listen, containers of dead runs and the image of the tiny root. " +
			"Running sandboxes are left alone. Every start of a sandbox does the same, but does not fail when something cannot be removed: this command does, and says what.",
		Args: arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			state, err := sandbox.StateDir()
			if err != nil {
				return err
			}
			swept, err := sandbox.Sweep(state)
			ofEngines, failed := engine.SweepAll(c.Context())
			switch {
			case asJSON:
				err = errors.Join(err, printJSON(c, struct {
					Schema string `json:"schema"`
					sandbox.Swept
					Engines engine.Swept `json:"engines"`
				}{"tentpole/clean/v1", swept, ofEngines}))
			case err == nil:
				printSwept(c.OutOrStdout(), swept, ofEngines)
			}
			return errors.Join(append([]error{err, failed}, leftErrors(swept)...)...)
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

func printSwept(w io.Writer, swept sandbox.Swept, ofEngines engine.Swept) {
	n := len(swept.Left)
	for _, group := range []struct {
		what string
		list []string
	}{{"directory", swept.Trees}, {"cgroup", swept.Cgroups}, {"file", swept.Canaries}, {"from the network", swept.Network},
		{"container", ofEngines.Containers}, {"image", ofEngines.Images}} {
		for _, item := range group.list {
			fmt.Fprintln(w, "removed", group.what, cleanLines(item))
		}
		n += len(group.list)
	}
	if n == 0 {
		fmt.Fprintln(w, "nothing was left behind")
	}
}

// leftErrors say what could not be removed.
func leftErrors(swept sandbox.Swept) (errs []error) {
	for _, l := range swept.Left {
		errs = append(errs, &sandbox.Error{Op: "remove " + l.What, Target: l.Item, Err: errors.New(l.Why), Remedy: "the next start of a sandbox tries again"})
	}
	return errs
}
