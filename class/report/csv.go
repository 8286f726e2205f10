package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"
)

// CSV writes a line for each learner and step that was begun; RFC 4180. Nothing in
// it begins like a formula of a spreadsheet: names begin with a letter, and words
// are the course's.
func (r *Report) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	head := []string{"class", "learner", "lesson", "step", "done", "hints", "solution", "tries"}
	if r.Names {
		head = append(head, "predicted", "happened")
	}
	out.Write(head) // an error stays until Flush
	for _, l := range r.Lessons {
		for _, row := range l.Rows {
			for i, c := range row.Cells {
				if c.Begun {
					out.Write(r.line(row.Learner, l.ID, l.Steps[i].ID, c))
				}
			}
		}
	}
	out.Flush()
	return out.Error()
}

func (r *Report) line(learner, lesson, step string, c Cell) []string {
	done := ""
	if !c.Done.IsZero() {
		done = c.Done.UTC().Format(time.RFC3339)
	}
	line := []string{r.Class, learner, lesson, step, done, strconv.Itoa(c.Hints), strconv.FormatBool(c.Solution), strconv.Itoa(c.Tries)}
	if r.Names {
		line = append(line, c.Said, c.Happened)
	}
	return line
}
