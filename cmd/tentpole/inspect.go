package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

func inspectCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "inspect PID|NAME",
		Short: "Compare a process with the host: what is shared, what is its own",
		Long:  "Compare any process, by its number, or a running sandbox's command, by the sandbox's name, with this program's own namespaces, ids, capabilities, mounts and cgroups.",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			pid, err := strconv.Atoi(args[0])
			if err != nil {
				if pid, err = sandbox.Find(args[0]); err != nil {
					return err
				}
			}
			host, err := facts.Self(c.Context(), facts.WithProcesses())
			if err != nil {
				return err
			}
			inside, err := facts.Read(c.Context(), pid, facts.WithProcesses(), facts.WithUsage())
			if err != nil {
				return err
			}
			board := facts.Compare(host, inside)
			if asJSON {
				return printJSON(c, struct {
					Schema string      `json:"schema"`
					Board  facts.Board `json:"board"`
					Host   facts.Facts `json:"host"`
					Inside facts.Facts `json:"inside"`
				}{"tentpole/inspect/v1", board, host.Cleaned(), inside.Cleaned()})
			}
			fmt.Fprint(c.OutOrStdout(), board.Text(columns()))
			return nil
		},
	}
	jsonFlag(c, &asJSON)
	return c
}
