package panel

import (
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// Compare is the boards of several sandboxes of one host, read together.
type Compare struct {
	Names  []string
	Boards []facts.Board
}

// Lines draws a row a fact: host, each sandbox, and who has it in common. Rows
// in which the sandboxes differ come first.
func (c Compare) Lines(s styles.Styles, width int) []string {
	rows := c.rows()
	label := len("host")
	columns := make([]int, len(c.Names)+1)
	for _, r := range rows {
		label = max(label, Width(r.label))
		for i, v := range r.values {
			columns[i] = max(columns[i], Width(v), len("host"))
		}
	}
	const say = 24
	room := width - label - say - len(boardGap)*(len(columns)+1)
	share := max(room/len(columns), 6)
	for i := range columns {
		columns[i] = min(columns[i], share)
	}
	head := Pad("", label)
	for i, name := range append([]string{"host"}, c.Names...) {
		head += boardGap + c.ink(s, i).Render(Pad(name, columns[i]))
	}
	out := []string{head}
	for _, r := range rows {
		line := s.Text.Render(Pad(r.label, label))
		for i, v := range r.values {
			line += boardGap + c.ink(s, i).Render(Pad(tail(v, columns[i]), columns[i]))
		}
		out = append(out, line+boardGap+s.Strong.Render(r.say))
	}
	return out
}

func (c Compare) ink(s styles.Styles, column int) styles.Style {
	if column == 0 {
		return s.Host
	}
	return s.Inside
}

// compared is a row: the host's value, then one a sandbox.
type compared struct {
	label  string
	values []string
	say    string
	alike  bool
}

// rows are the rows of the first board that the others have as well. Which
// process a board is about says nothing here.
func (c Compare) rows() []compared {
	var out []compared
	for _, first := range c.Boards[0].Rows {
		if first.ID == "pid" {
			continue
		}
		r := compared{label: first.Label, values: []string{first.Host}}
		for _, b := range c.Boards {
			if i := slices.IndexFunc(b.Rows, func(row facts.Row) bool { return row.ID == first.ID }); i >= 0 {
				r.values = append(r.values, b.Rows[i].Inside)
			}
		}
		if len(r.values) != len(c.Boards)+1 {
			continue
		}
		r.say, r.alike = c.say(r.values)
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b compared) int {
		switch {
		case a.alike == b.alike:
			return 0
		case b.alike:
			return -1
		}
		return 1
	})
	return out
}

// say tells who has the same: "A as the host", "A and B alike".
func (c Compare) say(values []string) (text string, alike bool) {
	host, inside := values[0], values[1:]
	var as []string
	for i, v := range inside {
		if v == host {
			as = append(as, c.Names[i])
		}
	}
	same := !slices.ContainsFunc(inside, func(v string) bool { return v != inside[0] })
	switch {
	case same && inside[0] == host:
		return "all alike", true
	case same:
		return strings.Join(c.Names, " and ") + " alike", true
	case len(as) > 0:
		return strings.Join(as, " and ") + " as the host", false
	}
	return "different", false
}
