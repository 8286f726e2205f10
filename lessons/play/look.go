package play

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// ErrNoSandbox is the error of asking something of a sandbox when none runs.
var ErrNoSandbox = errors.New("no sandbox is running; start the step first")

// look reads board and facts, and remembers the board.
func (p *Player) look(ctx context.Context, s *lessons.Step) (Sight, error) {
	sight, err := p.box.Look(ctx, question(s))
	if err != nil {
		return sight, err
	}
	sight.Env.Volume = p.volumes.find
	if p.opened.Rows == nil {
		p.opened, p.words = sight.Plain, true
	}
	p.last = sight.Board
	return sight, nil
}

// changed lists the rows that are not what they were before the step. The pid
// row is about whichever command was looked at and says nothing.
func (p *Player) changed(b facts.Board, opened facts.Board) []string {
	if p.words {
		b, opened = wordsOnly(b), wordsOnly(opened)
	}
	return slices.DeleteFunc(b.Changed(opened), func(id string) bool { return id == "pid" })
}

// wordsOnly is a board to compare the verdicts of: another sandbox has other
// inodes, and only how it stands to the host tells a learner something.
func wordsOnly(b facts.Board) facts.Board {
	out := facts.Board{Rows: slices.Clone(b.Rows)}
	for i := range out.Rows {
		out.Rows[i].Host, out.Rows[i].Inside = "", ""
	}
	return out
}

// pathRow is how the id of a row for a path begins.
const pathRow = "path:"

// question is what a step needs to know besides what is always read.
func question(s *lessons.Step) Question {
	var q Question
	for _, id := range s.Run.Observe {
		if name, ok := strings.CutPrefix(id, pathRow); ok {
			q.Paths = append(q.Paths, name)
		}
	}
	asks := func(c *lessons.Condition) {
		q.Processes = q.Processes || c != nil && strings.Contains(c.Source, "process")
	}
	if s.Task != nil {
		for _, part := range s.Task.Parts {
			asks(part.When)
		}
	}
	if s.Predict != nil {
		for _, o := range s.Predict.Options {
			asks(o.When)
		}
	}
	return q
}
