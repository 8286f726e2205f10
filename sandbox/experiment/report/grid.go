package report

import (
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/matrix"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// grid is a table of marks: a column a stage, or a subject.
type grid struct {
	stages []matrix.Stage
	rows   []gridRow
}

type gridRow struct {
	group, label string
	marks        []mark
}

// mark is a cell in one shape and in words.
type mark struct{ Shape, Word, Class string }

// Marks for cells that came to no outcome.
var (
	failed = mark{"!", "failed", "failed"}
	notRun = mark{"·", "not run", "not-run"}
	absent = mark{" ", "not asked here", "absent"}
)

var classes = map[experiment.Outcome]string{experiment.Open: "open", experiment.OneWay: "one-way", experiment.Contained: "contained",
	experiment.Limited: "limited", experiment.NotApplicable: "na"}

func marked(o experiment.Outcome) mark {
	if o.Mark() == "" {
		return absent
	}
	return mark{o.Mark(), string(o), classes[o]}
}

func markOf(c matrix.Cell) mark {
	switch {
	case c.Error != "":
		return failed
	case !c.Run():
		return notRun
	}
	return marked(c.Outcome)
}

// outcomes is the grid of a whole matrix.
func outcomes(m matrix.Matrix) grid {
	titles := map[string]string{}
	for _, g := range experiment.Groups() {
		titles[g.ID] = g.Title
	}
	g := grid{stages: m.Stages}
	for _, row := range m.Rows {
		r := gridRow{group: titles[row.Group], label: row.Experiment}
		for _, c := range row.Cells {
			r.marks = append(r.marks, markOf(c))
		}
		g.rows = append(g.rows, r)
	}
	return g
}

// parts is the grid of one experiment: a row for each thing that it observes.
func parts(m matrix.Matrix, row matrix.Row) grid {
	g := grid{stages: m.Stages}
	at := map[string]int{} // the row of an observation, by its ID
	for i, c := range row.Cells {
		for _, o := range c.Observations {
			n, known := at[o.ID]
			if !known {
				n = len(g.rows)
				at[o.ID] = n
				g.rows = append(g.rows, gridRow{label: o.What, marks: blank(len(row.Cells))})
			}
			g.rows[n].marks[i] = marked(o.Outcome)
		}
	}
	return g
}

func blank(n int) []mark {
	marks := make([]mark, n)
	for i := range marks {
		marks[i] = absent
	}
	return marks
}

// short are the stages' names where there is no room for words.
var short = map[string]string{
	"process": "pr", "mount": "mo", "root": "ro", "uts": "ut", "ipc": "ip", "pid": "pi", "net": "ne", "user": "us", "time": "ti",
	"memory": "me", "cgroup": "cg", "cpu": "cp", "pids": "ps", "io": "io", "capabilities": "ca", "no-new-privs": "np",
	"seccomp": "se", "landlock": "la", "masks": "ma", "container": "co",
}

func shortName(stage string) string {
	if s := short[stage]; s != "" {
		return s
	}
	if k, err := subject.Find(stage); err == nil {
		return k.Short
	}
	return stage
}

// legend is the marks that a reader may meet, in order.
func legend() []mark {
	var all []mark
	for _, o := range experiment.Outcomes {
		all = append(all, marked(o))
	}
	return append(all, failed, notRun)
}
