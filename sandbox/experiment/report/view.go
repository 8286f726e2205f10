package report

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/claims"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/matrix"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/report/style"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// view is a document as its template wants it.
type view struct {
	Document
	Style    template.CSS // our own
	Title    string
	Tally    []tally
	Articles []articleView
	Grid     *gridView
	Rows     []rowView
	Costs    *billView
	Trials   []trialView
	Legend   []mark
	Lacking  []string
}

// tally is how often a verdict or an outcome came out.
type tally struct {
	mark
	Count int
}

type articleView struct {
	Title  string
	Claims []claimView
}

type claimView struct {
	claims.Finding
	Mark mark
	Bars []bar
}

// gridView is a grid with its columns named twice.
type gridView struct {
	Stages []stageView
	Groups []groupView
}

type stageView struct{ Name, Note string }

type groupView struct {
	Title string
	Span  int
	Rows  []gridRowView
}

type gridRowView struct {
	Label, Link string
	Marks       []mark
}

// rowView is an experiment of the matrix in full.
type rowView struct {
	matrix.Row
	Parts     *gridView
	Sentences []said
	Numbers   []series
}

// series is a number at several stages.
type series struct {
	What string
	Bars []bar
}

// trialView is a single result.
type trialView struct {
	experiment.Result
	Mark  mark
	Where string
	Bars  []bar
	Parts []partView
}

type partView struct {
	experiment.Observation
	Mark mark
}

// bar draws a number: the columns are in hundredths of the longest.
type bar struct {
	Label, Text        string
	Value, Least, Most float64
	Spread             bool
}

func newView(d Document) view {
	v := view{Document: d, Style: style.With(sheet), Title: "What contains here", Legend: legend()[:len(experiment.Outcomes)+1]}
	if d.Claims != nil {
		v.claims(*d.Claims)
	}
	if d.Matrix != nil {
		v.matrix(*d.Matrix)
	}
	if d.Bill != nil && len(d.Bill.Columns) > 0 {
		v.Costs = newBillView(*d.Bill)
	}
	for _, r := range d.Results {
		v.Trials = append(v.Trials, trial(r))
	}
	return v
}

var verdictClasses = map[claims.Verdict]string{claims.Holds: "contained", claims.InPart: "one-way", claims.DoesNotHold: "open",
	claims.Undecided: "na", claims.CannotBeTested: "na"}

func verdictMark(v claims.Verdict) mark { return mark{v.Mark(), v.Words(), verdictClasses[v]} }

func (v *view) claims(r claims.Report) {
	count := map[claims.Verdict]int{}
	for _, f := range r.Findings {
		count[f.Verdict]++
		if n := len(v.Articles); n == 0 || v.Articles[n-1].Title != f.Article {
			v.Articles = append(v.Articles, articleView{Title: f.Article})
		}
		a := &v.Articles[len(v.Articles)-1]
		a.Claims = append(a.Claims, claimView{f, verdictMark(f.Verdict), usedBars(f.Numbers)})
	}
	for _, verdict := range claims.Verdicts {
		v.Tally = append(v.Tally, tally{verdictMark(verdict), count[verdict]})
	}
}

// usedBars draw the numbers of a claim; those of one unit share a scale.
func usedBars(used []claims.Used) []bar {
	longest := map[string]float64{}
	for _, u := range used {
		longest[u.Unit] = max(longest[u.Unit], u.Value, u.Most)
	}
	var bars []bar
	for _, u := range used {
		bars = append(bars, newBar(u.What+", "+u.Run, u.Number, longest[u.Unit]))
	}
	if len(bars) == 1 && !bars[0].Spread {
		return nil // nothing to compare it with
	}
	return bars
}

func newBar(label string, n experiment.Number, longest float64) bar {
	part := func(v float64) float64 {
		p := math.Round(1000*v/longest) / 10
		if math.IsNaN(p) {
			return 0
		}
		return min(max(p, 0), 100)
	}
	return bar{Label: label, Text: n.String(), Value: part(n.Value), Least: part(n.Least), Most: part(n.Most), Spread: n.Most > n.Least}
}

func (v *view) matrix(m matrix.Matrix) {
	v.Grid = viewOf(outcomes(m), true)
	v.Lacking = lacking(m)
	for _, row := range m.Rows {
		r := rowView{Row: row, Sentences: sentences(row), Numbers: numbers(row)}
		if g := parts(m, row); len(g.rows) > 0 {
			r.Parts = viewOf(g, false)
		}
		v.Rows = append(v.Rows, r)
	}
}

func viewOf(g grid, links bool) *gridView {
	out := &gridView{}
	for _, s := range g.stages {
		note := ""
		for _, m := range s.Missing {
			note += " −" + string(m.Layer)
		}
		out.Stages = append(out.Stages, stageView{s.Name, strings.TrimSpace(note)})
	}
	for _, r := range g.rows {
		if n := len(out.Groups); n == 0 || out.Groups[n-1].Title != r.group {
			out.Groups = append(out.Groups, groupView{Title: r.group, Span: len(g.stages) + 1})
		}
		row := gridRowView{Label: r.label, Marks: r.marks}
		if links {
			row.Link = "x-" + r.label
		}
		last := &out.Groups[len(out.Groups)-1]
		last.Rows = append(last.Rows, row)
	}
	return out
}

// numbers are those of an experiment, each over its stages, on one scale.
func numbers(row matrix.Row) []series {
	var all []series
	at := map[string]int{}
	longest := map[string]float64{}
	for _, c := range row.Cells {
		for _, n := range c.Numbers {
			longest[n.ID] = max(longest[n.ID], n.Value, n.Most)
		}
	}
	for _, c := range row.Cells {
		for _, n := range c.Numbers {
			if _, known := at[n.ID]; !known {
				at[n.ID] = len(all)
				all = append(all, series{What: n.What})
			}
			s := &all[at[n.ID]]
			s.add(newBar(c.Stage, n, longest[n.ID]), c.Stage)
		}
	}
	return all
}

// add adds a bar, or lets the last one stand for this stage as well when it is
// the same.
func (s *series) add(b bar, stage string) {
	if n := len(s.Bars) - 1; n >= 0 {
		last := s.Bars[n]
		so := last.Label
		first, _, _ := strings.Cut(so, " to ")
		last.Label = b.Label
		if last == b {
			s.Bars[n].Label = joined(so, first, stage)
			return
		}
	}
	s.Bars = append(s.Bars, b)
}

func trial(r experiment.Result) trialView {
	t := trialView{Result: r, Mark: marked(r.Outcome), Where: Where(r)}
	for _, n := range r.Numbers {
		t.Bars = append(t.Bars, newBar(n.What, n, max(n.Value, n.Most)))
	}
	for _, o := range r.Observations {
		t.Parts = append(t.Parts, partView{o, marked(o.Outcome)})
	}
	return t
}

// Where says what an experiment ran on.
func Where(r experiment.Result) string {
	layers := r.Subject.Layers.String()
	if layers == "" {
		layers = "none"
	}
	if kind := r.Subject.Kind; kind != subject.Sandbox {
		return fmt.Sprintf("on %s", kind)
	}
	return fmt.Sprintf("layers %s; root %s", strings.ReplaceAll(layers, ",", " "), r.Subject.Root)
}
