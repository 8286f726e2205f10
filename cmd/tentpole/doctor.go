package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

func doctorCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Try what this machine can do, and say how to get what is missing",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := supported(); err != nil {
				return err
			}
			answers := features.Check(c.Context(), sandbox.Raise)
			if err := c.Context().Err(); err != nil {
				return err
			}
			failed := features.Failed(answers)
			if asJSON {
				if err := printJSON(c, struct {
					Schema   string            `json:"schema"`
					Features []features.Answer `json:"features"`
				}{"tentpole/doctor/v1", answers}); err != nil {
					return err
				}
			} else {
				fmt.Fprint(c.OutOrStdout(), diagnosis(answers))
			}
			if failed != nil {
				return &exitError{exitCannot, nil}
			}
			return nil
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

// supported tells at once when this is no Linux.
func supported() error {
	_, err := sandbox.Look()
	return err
}

// diagnosis is the doctor's report in words.
func diagnosis(answers []features.Answer) string {
	var b strings.Builder
	seen := map[string]bool{}
	for _, a := range answers {
		state := "yes"
		if !a.OK {
			state = "no "
		}
		fmt.Fprintf(&b, "%s  %-10s %s\n", state, a.ID, a.What)
		if a.OK {
			continue
		}
		fmt.Fprintf(&b, "     %s\n", cleanLines(a.Error))
		if !seen[a.Remedy] {
			fmt.Fprintf(&b, "     what to do: %s\n", strings.ReplaceAll(cleanLines(a.Remedy), "\n", "\n     "))
			seen[a.Remedy] = true
		}
	}
	return b.String()
}

// report is the doctor for the home screen.
func report(ctx context.Context) (string, error) {
	if err := supported(); err != nil {
		return "", err
	}
	answers := features.Check(ctx, sandbox.Raise)
	return diagnosis(answers), ctx.Err()
}
