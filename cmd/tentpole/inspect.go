package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/engine"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/panel"
)

func inspectCommand() *cobra.Command {
	var asJSON bool
	var card string
	c := &cobra.Command{
		Use:   "inspect PID|NAME|CONTAINER",
		Short: "Compare a process with the host: what is shared, what is its own",
		Long:  "Compare any process, by its number, a running sandbox's command, by the sandbox's name, or the first process of a container of Docker's or Podman's, by the container's name or id, with this program's own namespaces, ids, capabilities, mounts and cgroups.",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			pid, err := findProcess(c.Context(), args[0])
			if err != nil {
				return err
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
			raised, unknown := sandbox.Raised(board)
			if card != "" {
				return os.WriteFile(card, panel.Card(facts.Clean(args[0]), raised, unknown), 0o644)
			}
			if asJSON {
				return printJSON(c, struct {
					Schema  string           `json:"schema"`
					Raised  sandbox.LayerSet `json:"raised"`
					Unknown sandbox.LayerSet `json:"unknown"`
					Board   facts.Board      `json:"board"`
					Host    facts.Facts      `json:"host"`
					Inside  facts.Facts      `json:"inside"`
				}{"tentpole/inspect/v1", raised, unknown, board, host.Cleaned(), inside.Cleaned()})
			}
			fmt.Fprint(c.OutOrStdout(), board.Text(columns()))
			fmt.Fprintln(c.OutOrStdout(), layersInWords(raised, unknown))
			return nil
		},
	}
	jsonFlag(c, &asJSON)
	c.Flags().StringVar(&card, "card", "", "draw the tent with its layers into this SVG `file`")
	c.MarkFlagsMutuallyExclusive("json", "card")
	return c
}

// layersInWords counts the layers of a process.
func layersInWords(raised, unknown sandbox.LayerSet) string {
	words := fmt.Sprintf("\n%s: %s", panel.Raised(raised), strings.Join(raised.Words(), ", "))
	if unknown.Len() > 0 {
		words += "; cannot be told: " + strings.Join(unknown.Words(), ", ")
	}
	return words
}

// findProcess finds what is to be inspected: a process by its number, a sandbox by
// its name, or a container that an engine has.
func findProcess(ctx context.Context, word string) (pid int, err error) {
	if pid, err := strconv.Atoi(word); err == nil {
		return pid, nil
	}
	pid, err = sandbox.Find(word)
	if !sandbox.IsUsage(err) {
		return pid, err
	}
	container, found, failed := engine.Find(ctx, word)
	if !found {
		return 0, errors.Join(err, failed)
	}
	return container.PID, nil
}
