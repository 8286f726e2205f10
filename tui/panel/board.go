package panel

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// Board is a board to draw.
type Board struct {
	Rows    []facts.Row
	Changed []string // ids of rows to mark as new
	// Sides are what the two columns are called; host and sandbox when empty.
	Sides [2]string
}

// First puts the rows with those ids in front, in their order.
func First(rows []facts.Row, ids []string) []facts.Row {
	rank := func(r facts.Row) int {
		if i := slices.Index(ids, r.ID); i >= 0 {
			return i
		}
		return len(ids)
	}
	out := slices.Clone(rows)
	slices.SortStableFunc(out, func(a, b facts.Row) int { return rank(a) - rank(b) })
	return out
}

// boardGap stands between two columns.
const boardGap = "  "

// Lines draws the board as a table: what, host, sandbox, how they stand, and
// whether that is new. Where there is room the note follows.
func (b Board) Lines(s styles.Styles, width int) []string {
	if len(b.Rows) == 0 {
		return []string{s.Faint.Render("No sandbox has been looked at yet.")}
	}
	const new = "new"
	label, word := 4, 7
	left, right := cmp.Or(b.Sides[0], "host"), cmp.Or(b.Sides[1], "sandbox")
	host, inside := Width(left), Width(right)
	for _, r := range b.Rows {
		label = max(label, Width(r.Label))
		word = max(word, Width(r.Word))
		host = max(host, Width(r.Host))
		inside = max(inside, Width(r.Inside))
	}
	room := width - label - word - len(new) - 4*len(boardGap)
	host, inside = share(host, inside, room)
	out := []string{s.Faint.Render(Pad("", label)) + boardGap + s.Host.Render(Pad(left, host)) + boardGap + s.Inside.Render(Pad(right, inside))}
	for _, r := range b.Rows {
		mark, text := "", s.Text
		if slices.Contains(b.Changed, r.ID) {
			mark, text = new, s.Strong
		}
		line := text.Render(Pad(r.Label, label)) + boardGap + s.Host.Render(Pad(tail(r.Host, host), host)) + boardGap +
			s.Inside.Render(Pad(tail(r.Inside, inside), inside)) + boardGap + text.Render(Pad(r.Word, word)) + boardGap + s.Strong.Render(Pad(mark, len(new)))
		if left := width - Width(line) - len(boardGap); r.Note != "" && left >= Width(r.Note) {
			line += boardGap + s.Faint.Render(r.Note)
		}
		out = append(out, line)
	}
	return out
}

// tail shortens a number from the left: inodes differ in their last digits.
func tail(value string, width int) string {
	if len(value) <= width || width < 2 || strings.Trim(value, "0123456789") != "" {
		return value
	}
	return "…" + value[len(value)-width+1:]
}

// share gives two columns what they want, or splits what there is.
func share(a, b, room int) (int, int) {
	room = max(room, 2)
	if a+b <= room {
		return a, b
	}
	half := room / 2
	switch {
	case a <= half:
		return a, room - a
	case b <= room-half:
		return room - b, b
	}
	return half, room - half
}
