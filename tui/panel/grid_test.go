package panel

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

func grid(rows, columns int) Grid {
	g := Grid{Of: "stages"}
	for c := range columns {
		g.Columns = append(g.Columns, strings.Repeat("n", 2+c%5)+string(rune('a'+c%26)))
	}
	for r := range rows {
		row := GridRow{Label: "row" + string(rune('a'+r%26)), Shapes: make([]string, columns)}
		if r%4 == 0 {
			row.Head = "heading"
		}
		for c := range columns {
			row.Shapes[c] = "o"
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// TestGridFollows: the cell of the cursor is always seen, whatever the size and
// wherever the cursor came from, and a grid that fits is seen whole.
func TestGridFollows(t *testing.T) {
	s := styles.New(styles.None, false)
	rapid.Check(t, func(t *rapid.T) {
		g := grid(rapid.IntRange(1, 40).Draw(t, "rows"), rapid.IntRange(1, 25).Draw(t, "columns"))
		width, height := rapid.IntRange(40, 220).Draw(t, "width"), rapid.IntRange(3, 60).Draw(t, "height")
		for range 10 {
			g.Row, g.Column = rapid.IntRange(0, len(g.Rows)-1).Draw(t, "row"), rapid.IntRange(0, len(g.Columns)-1).Draw(t, "column")
			lines := g.Lines(s, width, height)
			if len(lines) != height {
				t.Fatalf("%d lines of %d", len(lines), height)
			}
			text := ansi.Strip(strings.Join(lines, "\n"))
			if strings.Count(text, "[o]") != 1 {
				t.Fatalf("the cursor at %d, %d is not seen:\n%s", g.Row, g.Column, text)
			}
			if !strings.Contains(ansi.Strip(lines[0]), g.Columns[g.Column]) {
				t.Fatalf("the column %s has no name:\n%s", g.Columns[g.Column], text)
			}
			g = g.Follow(width, height)
			if height > len(g.heights()) && g.Top != 0 || width > g.labelWidth()+sum(g.widths()) && g.Left != 0 {
				t.Fatalf("from %d, %d on, although all has room:\n%s", g.Top, g.Left, text)
			}
		}
	})
}

// TestGridEmpty does nothing, and does not fail.
func TestGridEmpty(t *testing.T) {
	if got := len((Grid{}).Lines(styles.New(styles.None, false), 40, 5)); got != 5 {
		t.Errorf("%d lines", got)
	}
}

// TestShapes: every outcome has one of its own, in ASCII.
func TestShapes(t *testing.T) {
	seen := map[string]bool{Failed: true, NotRun: true, Running: true}
	for _, o := range experiment.Outcomes {
		s := Shape(o)
		if len(s) != 1 || seen[s] {
			t.Errorf("%s: shape %q", o, s)
		}
		seen[s] = true
	}
	if line := ansi.Strip(Shapes(styles.New(styles.None, false), 76)); !strings.HasSuffix(line, ". not run") {
		t.Errorf("80 columns have no room for %q", line)
	}
}

func TestEntries(t *testing.T) {
	s := styles.New(styles.None, false)
	e := []Entry{{"inside", "makes a file and writes a word into it"}, {"control", ""}, {"host", "reads"}}
	for _, c := range []struct {
		width int
		want  string
	}{
		{40, "inside  makes a file and writes a word|        into it|host    reads"},
		{20, "inside|  makes a file and|  writes a word into|  it|host|  reads"},
	} {
		lines := Entries(s, e, c.width)
		for i := range lines {
			lines[i] = strings.TrimRight(ansi.Strip(lines[i]), " ")
		}
		if got := strings.Join(lines, "|"); got != c.want {
			t.Errorf("%d wide: %s", c.width, got)
		}
	}
}

func TestBar(t *testing.T) {
	for want, got := range map[string]string{
		"[======                  ] 1 of 4": Bar(1, 4, 80), "1 of 4": Bar(1, 4, 8), "[========================] 4 of 4": Bar(4, 4, 80), "0 of 0": Bar(0, 0, 80),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
