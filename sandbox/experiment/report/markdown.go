package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/claims"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/matrix"
)

// Markdown writes a matrix as a table for a README.
func Markdown(w io.Writer, m matrix.Matrix) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "Measured on %s.\n\n", plain(m.Machine.String()))
	g := outcomes(m)
	header := []string{"experiment"}
	for _, name := range stageNames(m.Stages) {
		header = append(header, shortName(name))
	}
	tableHead(out, header)
	for _, r := range g.rows {
		cells := []string{"`" + r.label + "`"}
		for _, m := range r.marks {
			cells = append(cells, strings.TrimSpace(m.Shape))
		}
		tableRow(out, cells)
	}
	var shapes, names []string
	for _, l := range legend() {
		shapes = append(shapes, l.Shape+" "+l.Word)
	}
	for _, s := range m.Stages {
		names = append(names, shortName(s.Name)+" "+s.Name)
	}
	fmt.Fprintf(out, "\n%s. Columns: %s.\n", strings.Join(shapes, ", "), strings.Join(names, ", "))
	for _, line := range lacking(m) {
		fmt.Fprintf(out, "\nNot here: %s.\n", plain(line))
	}
	return out.Flush()
}

// ClaimsMarkdown writes the verdicts as tables, one for each article.
func ClaimsMarkdown(w io.Writer, r claims.Report) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "Measured on %s.\n", plain(r.Machine.String()))
	article := ""
	for _, f := range r.Findings {
		if f.Article != article {
			article = f.Article
			fmt.Fprintf(out, "\n### %s\n\n", plain(article))
			tableHead(out, []string{"", "claim", "verdict", "evidence"})
		}
		evidence := plain(f.Evidence)
		if f.Ask != "" {
			evidence += " *" + plain(f.Ask) + "*"
		}
		tableRow(out, []string{f.ID, plain(f.Claim), f.Verdict.Mark() + " " + f.Verdict.Words(), evidence})
	}
	return out.Flush()
}

func tableHead(out io.Writer, cells []string) {
	tableRow(out, cells)
	tableRow(out, strings.Split(strings.Repeat("---|", len(cells)-1)+"---", "|"))
}

func tableRow(out io.Writer, cells []string) {
	fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | "))
}

// special is what Markdown, and HTML in it, would take for its own.
var special = strings.NewReplacer("\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "|", "\\|", "~", "\\~",
	"#", "\\#", "!", "\\!", "&", "&amp;", "<", "&lt;", ">", "&gt;", "\n", " ", "\r", " ", "://", ":&#47;/", "@", "&#64;", "$", "&#36;", "www.", "www&#46;")

// plain makes a text stand for itself in a cell of a table: no link, no image,
// no tag, nobody mentioned.
func plain(s string) string { return special.Replace(s) }
