package desk

import (
	"fmt"
	"strings"
	"time"

	"github.com/tentpole-labs/tentpole/class/board"
	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/lessons"
)

// Table is the board of one lesson as plain lines.
func Table(b board.Board, course *lessons.Course, l *lessons.Lesson, now time.Time) []string {
	d := &Desk{opt: Options{Course: course, Now: func() time.Time { return now }}, board: b, at: first(l)}
	d.judge()
	out := []string{fmt.Sprintf("%s (%s), %d steps; %s", l.Title, l.ID, len(l.Steps), board.Cells)}
	for _, learner := range b.Learners {
		where := "nowhere"
		if n := stepNumber(course, learner.At.Lesson, learner.At.Step); n > 0 {
			where = fmt.Sprintf("%s, step %d", learner.At.Lesson, n)
		}
		out = append(out, fmt.Sprintf("%-24s %-10s %s  %s", learner.Name, d.state(learner), strings.Join(d.shapes(l, learner), " "), where))
	}
	for i := range l.Steps {
		out = append(out, predictedLines(b, course, channel.Place{Lesson: l.ID, Step: l.Steps[i].ID}, i+1)...)
	}
	return out
}

// predictedLines are what was predicted in a step, a line an option.
func predictedLines(b board.Board, course *lessons.Course, at channel.Place, number int) (out []string) {
	bars, said := b.Predicted(course, at)
	if said == 0 {
		return nil
	}
	out = append(out, fmt.Sprintf("step %d, predicted:", number))
	for _, bar := range bars {
		out = append(out, fmt.Sprintf("  %d of %d  %s", len(bar.Names), said, bar.Text))
	}
	return out
}
