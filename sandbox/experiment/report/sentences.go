package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/matrix"
)

// said is what an experiment found, at the stages in a row where it was the
// same.
type said struct {
	mark
	Stages, Sentence string
	first            string
}

func sentences(row matrix.Row) []said {
	var all []said
	for _, c := range row.Cells {
		s := said{mark: markOf(c), Stages: c.Stage, first: c.Stage, Sentence: c.Reason + c.Error}
		if c.Error != "" {
			s.Sentence = c.Error
		}
		if n := len(all) - 1; n >= 0 && all[n].mark == s.mark && all[n].Sentence == s.Sentence {
			all[n].Stages = joined(all[n].Stages, all[n].first, c.Stage)
			continue
		}
		all = append(all, s)
	}
	return all
}

// joined names one more column in a row: stages are a ladder, from the first to
// the last; other subjects are in no order.
func joined(so, first, next string) string {
	if onLadder(first) && onLadder(next) {
		return first + " to " + next
	}
	return so + ", " + next
}

func onLadder(column string) bool {
	_, err := sandbox.ParseStage(column)
	return err == nil
}

// Observations writes what was seen from both sides.
func Observations(out io.Writer, all []experiment.Observation, width int) {
	for _, o := range all {
		head := fmt.Sprintf("%s %s (%s", o.Outcome.Mark(), o.What, o.Outcome)
		if o.By != "" {
			head += ", by " + string(o.By)
		}
		fmt.Fprint(out, "\n", Wrap(head+")", "  ", "    ", width))
		for _, side := range []struct{ who, what string }{{"inside", o.Inside}, {"host", o.Host}} {
			if side.what != "" {
				fmt.Fprint(out, Wrap(side.what, fmt.Sprintf("    %-7s ", side.who), "            ", width))
			}
		}
	}
}

// Numbers writes what was measured or counted, one below the other. What is
// too long to stand before its number is broken into lines.
func Numbers(out io.Writer, all []experiment.Number, width int) {
	if len(all) == 0 {
		return
	}
	const margin, gap, least = 2, 2, 24
	labels, values := 0, 0
	for _, n := range all {
		labels, values = max(labels, utf8.RuneCountInString(n.What)), max(values, utf8.RuneCountInString(n.String()))
	}
	labels = min(labels, max(width-margin-gap-values, least))
	fmt.Fprintln(out)
	for _, n := range all {
		what := strings.TrimSuffix(Wrap(n.What, "  ", "    ", margin+labels), "\n")
		before, last := "", what
		if i := strings.LastIndexByte(what, '\n') + 1; i > 0 {
			before, last = what[:i], what[i:]
		}
		fmt.Fprintf(out, "%s%-*s  %s\n", before, margin+labels, last, n)
	}
}
