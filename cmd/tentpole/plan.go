package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/export"
)

func planCommand() *cobra.Command {
	var flags specFlags
	var asJSON bool
	var as string
	c := &cobra.Command{
		Use:   "plan [flags] [-- COMMAND [ARGUMENT...]]",
		Short: "Show what the kernel would be asked, step by step, and ask nothing",
		Long: "Show what the kernel would be asked, step by step, and ask nothing.\n\n" +
			"With --as, say the same sandbox for other tools: a shell script for util-linux, a command line for docker or podman, " +
			"a config.json for OCI runtimes. What comes out otherwise there is said with it.",
		Example: "  tentpole plan --stage container\n  tentpole plan --stage container --as unshare > tent.sh && sh tent.sh",
		Args: func(c *cobra.Command, args []string) error {
			if known := append([]string{steps}, export.Forms()...); !slices.Contains(known, as) {
				return &sandbox.UsageError{What: "form", Word: as, Known: known}
			}
			if as == steps {
				return arguments(cobra.NoArgs)(c, args)
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			p, _, err := flags.plan(c)
			if err != nil {
				return err
			}
			if as != steps {
				return printExport(c, p, export.Form(as), args, asJSON)
			}
			if asJSON {
				return printJSON(c, planJSON{Schema: planSchema, Plan: p})
			}
			printPlan(c.OutOrStdout(), p)
			return nil
		},
	}
	flags.add(c)
	c.Flags().StringVar(&as, "as", steps, "the plan's form: "+steps+", "+strings.Join(export.Forms(), ", "))
	jsonFlag(c, &asJSON)
	return c
}

// steps is the form that is tentpole's own.
const steps = "steps"

const planSchema = "tentpole/plan/v1"

// planJSON is a plan, and what it is in another form.
type planJSON struct {
	Schema string `json:"schema"`
	*sandbox.Plan
	Export *export.Export `json:"export,omitempty"`
}

// printExport prints the text to standard output, so that it can be piped, and
// what else there is to say to standard error. A script has it in itself.
func printExport(c *cobra.Command, p *sandbox.Plan, form export.Form, command []string, asJSON bool) error {
	here, err := export.Look(c.Context())
	if err != nil {
		return err
	}
	e, err := export.As(form, p, here, command)
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(c, planJSON{planSchema, p, &e})
	}
	if e.Prepare != "" {
		fmt.Fprintf(c.ErrOrStderr(), "first, beside config.json: %s\n", cleanLines(e.Prepare))
	}
	if form != export.Unshare {
		for _, q := range e.Consequences {
			fmt.Fprintf(c.ErrOrStderr(), "otherwise than in tentpole: %s\n", cleanLines(q.Why))
		}
	}
	fmt.Fprint(c.OutOrStdout(), e.Text)
	return nil
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
	for _, m := range p.Missing {
		fmt.Fprintln(w, strings.TrimSuffix(fmt.Sprintf("missing: %s (%s); %s", m.Layer, m.Because, m.Remedy), "; "))
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
