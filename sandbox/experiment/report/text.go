package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/claims"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/matrix"
)

// Text writes a matrix as a table of shapes for a terminal of that width, with
// a legend.
func Text(w io.Writer, m matrix.Matrix, width int) error {
	out := bufio.NewWriter(w)
	outcomes(m).text(out, width)
	fmt.Fprintln(out)
	writeLegend(out, m, width)
	return out.Flush()
}

// Explain writes what each experiment of a matrix found at each of its stages.
func Explain(w io.Writer, m matrix.Matrix, width int) error {
	out := bufio.NewWriter(w)
	for i, row := range m.Rows {
		if i > 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintf(out, "%s: %s\n\n", row.Experiment, row.Question)
		if len(row.Cells) > 1 {
			parts(m, row).text(out, width)
			fmt.Fprintln(out)
		}
		for _, s := range sentences(row) {
			fmt.Fprint(out, Wrap(fmt.Sprintf("%s %s, %s: %s", s.Shape, s.Stages, s.Word, s.Sentence), "", "    ", width))
		}
		if len(row.Cells) == 1 {
			observed(out, row.Cells[0], width)
		}
	}
	if len(m.Stages) > 1 {
		fmt.Fprintln(out)
		writeLegend(out, m, width)
	}
	return out.Flush()
}

// observed writes a cell in full.
func observed(out io.Writer, c matrix.Cell, width int) {
	Observations(out, c.Observations, width)
	Numbers(out, c.Numbers, width)
}

// text writes the grid in as many blocks as the width wants.
func (g grid) text(out io.Writer, width int) {
	labels := 0
	for _, r := range g.rows {
		labels = max(labels, utf8.RuneCountInString(r.label))
	}
	labels = min(labels, max(width/2, 16))
	names := stageNames(g.stages)
	room := max(width-labels-2, 6)
	column := widest(names)
	if len(names)*(column+1) > room {
		for i := range names {
			names[i] = shortName(names[i])
		}
		column = widest(names)
	}
	each := max(room/(column+1), 1)
	for from := 0; from < len(names); from += each {
		if from > 0 {
			fmt.Fprintln(out)
		}
		g.block(out, labels, column, names, from, min(from+each, len(names)))
	}
}

// block writes the columns from one to another.
func (g grid) block(out io.Writer, labels, column int, names []string, from, to int) {
	line := func(label string, cells []string) {
		row := fmt.Sprintf("%-*s ", labels, cut(label, labels))
		for _, c := range cells {
			row += fmt.Sprintf(" %-*s", column, c)
		}
		fmt.Fprintln(out, strings.TrimRight(row, " "))
	}
	line("", names[from:to])
	group := ""
	for _, r := range g.rows {
		if r.group != group {
			group = r.group
			fmt.Fprintln(out, group)
		}
		var shapes []string
		for _, m := range r.marks[from:to] {
			shapes = append(shapes, m.Shape)
		}
		line(r.label, shapes)
	}
}

func stageNames(stages []matrix.Stage) []string {
	var names []string
	for _, s := range stages {
		names = append(names, s.Name)
	}
	return names
}

func widest(words []string) int {
	n := 1
	for _, w := range words {
		n = max(n, utf8.RuneCountInString(w))
	}
	return n
}

// cut shortens a label to that many characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// writeLegend says what shapes and short names mean, and what is missing here.
func writeLegend(out io.Writer, m matrix.Matrix, width int) {
	var shapes, names []string
	for _, l := range legend() {
		shapes = append(shapes, l.Shape+" "+l.Word)
	}
	for _, s := range m.Stages {
		names = append(names, shortName(s.Name)+" "+s.Name)
	}
	fmt.Fprint(out, Wrap(strings.Join(shapes, ", "), "", "", width))
	fmt.Fprint(out, Wrap(strings.Join(names, ", "), "", "", width))
	for _, line := range lacking(m) {
		fmt.Fprint(out, Wrap(line, "", "  ", width))
	}
	fmt.Fprint(out, Wrap(m.Machine.String(), "", "  ", width))
}

// lacking says once for each layer, and for each subject, why it is not there.
func lacking(m matrix.Matrix) []string {
	var lines []string
	for _, s := range m.Stages {
		if s.Lacks != "" {
			lines = append(lines, s.Name+": "+s.Lacks)
		}
		for _, l := range s.Missing {
			line := fmt.Sprintf("without the layer %s: %s", l.Layer, l.Because)
			if !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// Wrap breaks a text into lines of that width: the first begins with first, the
// others with rest.
func Wrap(text, first, rest string, width int) string {
	var b strings.Builder
	line := first
	begun := false
	for _, word := range strings.Fields(text) {
		if begun && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			b.WriteString(line + "\n")
			line, begun = rest, false
		}
		if begun {
			line += " "
		}
		line, begun = line+word, true
	}
	return b.String() + line + "\n"
}

// ClaimsText writes the verdicts for a terminal of that width.
func ClaimsText(w io.Writer, r claims.Report, width int) error {
	out := bufio.NewWriter(w)
	count := map[claims.Verdict]int{}
	article := ""
	for _, f := range r.Findings {
		count[f.Verdict]++
		if f.Article != article {
			if article != "" {
				fmt.Fprintln(out)
			}
			article = f.Article
			fmt.Fprintln(out, article)
		}
		fmt.Fprint(out, "\n", Wrap(f.Claim, fmt.Sprintf("  %-4s ", f.ID), "       ", width))
		fmt.Fprint(out, Wrap(f.Verdict.Words()+": "+f.Evidence, "     "+f.Verdict.Mark()+" ", "       ", width))
		if f.Ask != "" {
			fmt.Fprint(out, Wrap(f.Ask, "     ? ", "       ", width))
		}
	}
	var tally []string
	for _, v := range claims.Verdicts {
		tally = append(tally, fmt.Sprintf("%s %d %s", v.Mark(), count[v], v.Words()))
	}
	fmt.Fprint(out, "\n", Wrap(strings.Join(tally, ", "), "", "", width))
	fmt.Fprint(out, Wrap(r.Machine.String(), "", "  ", width))
	return out.Flush()
}
