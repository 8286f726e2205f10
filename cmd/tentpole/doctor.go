package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

const doctorHelp = `doctor tries every feature that sandboxes need, by doing it where nobody else sees
it, and says how to get what is missing. It changes nothing.

The exit status is 0 when a process, its namespaces and its root can be raised,
3 when this machine cannot, 1 when a try came to no end. Limits, restrictions and
networks may be missing: plans say which layers they leave out.

With --for workshop or --for half-day it says instead which lessons of that path
can be played here in full, in part or not, and what to do about it; it asks too
for Docker, a runtime or a machine where a lesson runs on one. The exit status is
3 when one of them cannot be played in full. Its --json has "schema"
tentpole/ready/v1.

--json prints one object, "schema" tentpole/doctor/v2:
  ok        what the exit status says
  machine   kernel, distribution, inside (a container, WSL …), cgroups, user, root
  layers    for each layer: layer, ok, and the feature that decides it
  features  for each feature: id, group, what, ok, unknown (came to no end),
            detail, layers (that need it), cost (of its lack), microseconds,
            error (the kernel's answer), because, remedy`

func doctorCommand() *cobra.Command {
	var asJSON bool
	var only, path string
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Try what this machine can do, and say how to get what is missing",
		Long:  doctorHelp,
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if path != "" {
				return doctorFor(c, path, asJSON)
			}
			d, err := diagnose(c.Context(), only)
			if err != nil {
				return err
			}
			if asJSON {
				err = printJSON(c, d)
			} else {
				_, err = fmt.Fprint(c.OutOrStdout(), d)
			}
			return errors.Join(err, d.status())
		},
	}
	c.Flags().StringVar(&only, "feature", "", "try this one only")
	c.Flags().StringVar(&path, "for", "", "which lessons of the workshop or the half-day can be played here; 0 when all can, in full, 3 otherwise")
	c.MarkFlagsMutuallyExclusive("feature", "for")
	jsonFlag(c, &asJSON)
	return c
}

// diagnosis is the doctor's report, schema tentpole/doctor/v2.
type diagnosis struct {
	Schema   string            `json:"schema"`
	OK       bool              `json:"ok"`
	Machine  features.Machine  `json:"machine"`
	Layers   []layerAnswer     `json:"layers"`
	Features []features.Answer `json:"features"`
	failed   error
}

// layerAnswer tells whether a layer can be raised, and the feature that decides it.
type layerAnswer struct {
	Layer   sandbox.Layer `json:"layer"`
	OK      bool          `json:"ok"`
	Feature string        `json:"feature"`
}

// diagnose tries all features, or only the one of that ID.
func diagnose(ctx context.Context, only string) (d diagnosis, err error) {
	if err := supported(); err != nil {
		return d, err
	}
	var ids []string
	if only != "" {
		if ids, err = oneFeature(only); err != nil {
			return d, err
		}
	}
	d = diagnosis{Schema: "tentpole/doctor/v2", Machine: features.Look(), Layers: []layerAnswer{}, Features: features.Check(ctx, sandbox.Raise, ids...)}
	decided := features.Layers(d.Features)
	for _, l := range sandbox.Layers() {
		if a, asked := decided[string(l.Name)]; asked && only == "" {
			d.Layers = append(d.Layers, layerAnswer{l.Name, a.OK, a.ID})
		}
	}
	d.failed = features.Failed(d.Features)
	for _, a := range d.Features {
		if only != "" {
			d.failed = a.Err
		}
	}
	d.OK = d.failed == nil
	return d, ctx.Err()
}

// oneFeature checks the ID of a feature.
func oneFeature(id string) ([]string, error) {
	var known []string
	for _, f := range features.Table() {
		known = append(known, f.ID)
	}
	if !slices.Contains(known, id) {
		return nil, &sandbox.UsageError{What: "feature", Word: id, Known: known}
	}
	return []string{id}, nil
}

// status is the exit status, nil for 0.
func (d diagnosis) status() error {
	switch {
	case d.failed == nil:
		return nil
	case errors.Is(d.failed, features.ErrNotSupported):
		return &exitError{exitCannot, nil}
	}
	return &exitError{exitFailed, nil}
}

// supported tells at once when this is no Linux.
func supported() error {
	_, err := sandbox.Look()
	return err
}

// String is the report for people, 80 columns wide.
func (d diagnosis) String() string {
	var b strings.Builder
	b.WriteString(folded("", d.Machine.String()))
	for _, row := range features.Groups {
		d.group(&b, row.Group)
	}
	b.WriteString("\n" + folded("", d.summary()))
	for _, lack := range d.lacks() {
		b.WriteString("\n" + lack.String())
	}
	return b.String()
}

// group writes the rows of one group.
func (d diagnosis) group(b *strings.Builder, g features.Group) {
	heading := "\n" + g.Title() + "\n"
	for _, a := range d.Features {
		if a.Group != g {
			continue
		}
		b.WriteString(heading)
		heading = ""
		fmt.Fprintf(b, "  %-7s  %-16s  %s\n", a.Verdict(), a.ID, a.What)
		if a.OK && a.Detail != "" {
			b.WriteString(folded(strings.Repeat(" ", 29), cleanLines(a.Detail)))
		}
	}
}

// summary says which layers can be raised.
func (d diagnosis) summary() string {
	var not []string
	for _, l := range d.Layers {
		if !l.OK {
			not = append(not, string(l.Layer))
		}
	}
	switch {
	case len(d.Features) == 0:
		return "This is nothing that " + d.Machine.User + " needs here."
	case len(d.Layers) == 0:
		return d.Features[0].What + ": " + d.Features[0].Verdict()
	case len(not) == 0:
		return fmt.Sprintf("All %d layers can be raised here.", len(d.Layers))
	}
	return fmt.Sprintf("%d of %d layers can be raised here. Not here: %s.", len(d.Layers)-len(not), len(d.Layers), strings.Join(not, ", "))
}

// lack is what is missing for one reason.
type lack struct {
	ids, errors     []string
	layers, costs   []string
	because, remedy string
}

// lacks gathers what is missing by the reason.
func (d diagnosis) lacks() []*lack {
	var list []*lack
	for _, a := range d.Features {
		if a.OK {
			continue
		}
		i := slices.IndexFunc(list, func(l *lack) bool { return l.because == a.Because && l.remedy == a.Remedy })
		if i < 0 {
			i = len(list)
			list = append(list, &lack{because: a.Because, remedy: a.Remedy})
		}
		list[i].add(a)
	}
	return list
}

func (l *lack) add(a features.Answer) {
	l.ids = append(l.ids, a.ID)
	l.errors = with(l.errors, a.Error)
	l.layers = with(l.layers, a.Layers...)
	l.costs = with(l.costs, a.Cost)
}

// with adds what is not in the list yet.
func with(list []string, more ...string) []string {
	for _, m := range more {
		if m != "" && !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

// cost says what is lost.
func (l *lack) cost() string {
	costs := l.costs
	switch {
	case len(l.layers) == len(sandbox.Layers()):
		costs = []string{"every layer"}
	case len(l.layers) == 1:
		costs = append([]string{"the layer " + l.layers[0]}, costs...)
	case len(l.layers) > 1:
		costs = append([]string{"the layers " + strings.Join(l.layers, ", ")}, costs...)
	}
	return strings.Join(costs, "; ")
}

// String is a paragraph: what is missing, the kernel's answer, the reason,
// what that costs, and what to do.
func (l *lack) String() string {
	var b strings.Builder
	b.WriteString(folded("", strings.Join(l.ids, ", ")))
	for _, part := range []struct{ what, text string }{
		{"answer", l.errors[0]}, {"because", l.because}, {"costs", l.cost()}, {"what to do", l.remedy},
	} {
		if part.text != "" {
			b.WriteString(folded("  ", part.what+": "+cleanLines(part.text)))
		}
	}
	return b.String()
}

// width is that of the report.
const width = 80

// folded folds text to the width and indents it. Lines that are indented
// already are to be copied, and stay whole.
func folded(indent, text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, " ") {
			b.WriteString(indent + line + "\n")
			continue
		}
		column := 0
		for _, word := range strings.Fields(line) {
			switch size := len([]rune(word)); {
			case column == 0:
				b.WriteString(indent + word)
				column = len(indent) + size
			case column+1+size > width:
				b.WriteString("\n" + indent + word)
				column = len(indent) + size
			default:
				b.WriteString(" " + word)
				column += 1 + size
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
