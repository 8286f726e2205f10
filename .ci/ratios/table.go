package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// table prints the groups, one row for each benchmark.
func table(out io.Writer, groups []*group) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "benchmark\t   median\t    least\t     most\ttimes tentpole\tby the least")
	for _, g := range groups {
		for i, m := range g.members {
			name := g.name
			if m.name != "" {
				name += "/" + m.name
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", name, milliseconds(median(m.took)), milliseconds(slices.Min(append(m.least, m.took...))),
				milliseconds(slices.Max(m.took)), ratio(g.members[0], m, i), leastRatio(g.members[0], m, i))
		}
	}
	w.Flush()
}

// ratio is the peer's time over tentpole's: as measured in turns, or of the
// medians.
func ratio(ours, m *member, index int) string {
	switch {
	case index == 0:
		return ""
	case len(m.ratio) > 0:
		return fmt.Sprintf("%6.2f", median(m.ratio))
	case median(ours.took) == 0:
		return "     ?"
	}
	return fmt.Sprintf("%6.2f", median(m.took)/median(ours.took))
}

// leastRatio is that of the shortest times, which say what each takes when
// nothing comes between.
func leastRatio(ours, m *member, index int) string {
	if index == 0 || len(m.least) == 0 || len(ours.least) == 0 {
		return ""
	}
	return fmt.Sprintf("%6.2f", slices.Min(m.least)/slices.Min(ours.least))
}

func milliseconds(ns float64) string { return fmt.Sprintf("%6.2f ms", ns/1e6) }

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}
