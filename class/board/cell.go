package board

import "github.com/tentpole-labs/tentpole/class/channel"

// Cell is what the board says of a learner and a step.
type Cell string

// The cells: a sign each, told apart without colour.
const (
	Open    Cell = "."
	Done    Cell = "x"
	Now     Cell = ">"
	NowLong Cell = "!" // there, and stuck
)

// Cells is what the signs mean, in words.
const Cells = "x done  > now  ! stuck  . not yet"

// Cell is that of a learner in a step.
func (l Learner) Cell(at channel.Place, stuck bool) Cell {
	switch {
	case l.Here && l.At == at && stuck:
		return NowLong
	case l.Here && l.At == at:
		return Now
	case l.Steps[at.Lesson][at.Step].Done:
		return Done
	}
	return Open
}
