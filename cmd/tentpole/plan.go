package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox"
)

func planCommand() *cobra.Command {
	var flags specFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "plan",
		Short: "Show what the kernel would be asked, step by step, and ask nothing",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			p, err := flags.plan()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c, struct {
					Schema string `json:"schema"`
					*sandbox.Plan
				}{"tentpole/plan/v1", p})
			}
			printPlan(c.OutOrStdout(), p)
			return nil
		},
	}
	flags.add(c)
	jsonFlag(c, &asJSON)
	return c
}

func printPlan(w io.Writer, p *sandbox.Plan) {
	what := "no layers: a plain process"
	if p.Layers != 0 {
		what = fmt.Sprintf("%d of %d layers: %s", p.Layers.Len(), len(sandbox.Layers()), p.Layers)
	}
	fmt.Fprintf(w, "%s, root %s\n", what, p.Root)
	for _, i := range p.Implied {
		fmt.Fprintf(w, "implied: %s (%s)\n", i.Layer, i.Because)
	}
	fmt.Fprintln(w)
	for n, s := range p.Steps {
		fmt.Fprintf(w, "%3d  %s\n     %s\n", n+1, cleanLines(s.Operation.String()), s.Why)
		if cmd := s.Operation.Command(); cmd != "" && cmd != s.Operation.String() {
			fmt.Fprintf(w, "     $ %s\n", cleanLines(cmd))
		}
	}
	for _, n := range p.Notes {
		fmt.Fprintln(w, "\nnote: "+cleanLines(n))
	}
}

// printTranscript shows the operations as they happened.
func printTranscript(w io.Writer, done []sandbox.Done) {
	for _, d := range done {
		state := fmt.Sprintf("%6d µs", d.Microseconds)
		line := fmt.Sprintf("%s  %s", state, cleanLines(d.Operation.String()))
		if d.Err != nil {
			line += "  -> " + strings.TrimSpace(cleanLines(d.Err.Error()))
		}
		fmt.Fprintln(w, line)
	}
}
