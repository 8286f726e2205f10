package panel

import (
	"fmt"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// The canvas of the drawing, in cells.
const (
	tentWidth  = 22
	tentHeight = 7
)

// stroke is one piece of the drawing: letters at a place.
type stroke struct {
	x, y int
	text string
}

// strokes is the drawing by layers: a piece is drawn when all of its layers
// are raised, later ones over earlier ones. The ground is the kernel, and no
// layer changes it.
var strokes = []struct {
	layers []sandbox.Layer
	pieces []stroke
}{
	{nil, []stroke{{10, 2, "o"}, {9, 3, "/|\\"}, {9, 4, "/ \\"}}},
	{[]sandbox.Layer{sandbox.Mount}, []stroke{
		{10, 1, "/\\"}, {9, 2, "/  \\"}, {8, 3, "/    \\"}, {7, 4, "/      \\"},
	}},
	{[]sandbox.Layer{sandbox.Mount, sandbox.Root}, []stroke{{7, 4, "/______\\"}}},
	{[]sandbox.Layer{sandbox.IPC}, []stroke{{10, 2, ".."}}},
	{[]sandbox.Layer{sandbox.PID}, []stroke{{9, 3, "####"}}},
	{[]sandbox.Layer{sandbox.Time}, []stroke{{10, 3, "()"}}},
	{[]sandbox.Layer{sandbox.Net}, []stroke{{10, 4, "||"}}},
	{[]sandbox.Layer{sandbox.UTS}, []stroke{{10, 0, "⚑ tent"}}},
	{[]sandbox.Layer{sandbox.Cgroup}, []stroke{{5, 3, "\\"}, {6, 4, "\\"}, {16, 3, "/"}, {15, 4, "/"}}},
}

// pegs are layers that hold the tent to the ground.
var pegs = []struct {
	layer sandbox.Layer
	piece stroke
}{
	{sandbox.User, stroke{4, 5, "v"}}, {sandbox.User, stroke{17, 5, "v"}},
}

// tent is the drawing for a set of layers.
func tent(set sandbox.LayerSet) []string {
	grid := make([][]rune, tentHeight)
	for y := range grid {
		grid[y] = []rune(strings.Repeat(" ", tentWidth))
	}
	put := func(p stroke) {
		for i, r := range []rune(p.text) {
			if x := p.x + i; x < tentWidth {
				grid[p.y][x] = r
			}
		}
	}
	put(stroke{1, 5, strings.Repeat("─", tentWidth-2)})
	for i, s := range strokes {
		if i == 0 && set.Has(sandbox.Mount) { // somebody in a tent is not seen
			continue
		}
		if all(set, s.layers) {
			for _, p := range s.pieces {
				put(p)
			}
		}
	}
	if set.Has(sandbox.Mount) {
		put(stroke{6, 5, "┴"})
		put(stroke{15, 5, "┴"})
	}
	for _, p := range pegs {
		if set.Has(p.layer) {
			put(p.piece)
		}
	}
	put(stroke{6, 6, "one kernel"})
	lines := make([]string, tentHeight)
	for y, row := range grid {
		lines[y] = string(row)
	}
	return lines
}

func all(set sandbox.LayerSet, layers []sandbox.Layer) bool {
	for _, l := range layers {
		if !set.Has(l) {
			return false
		}
	}
	return true
}

// Raised says how many layers are raised, of those that there are.
func Raised(set sandbox.LayerSet) string {
	return fmt.Sprintf("%d of %d raised", set.Len(), len(sandbox.Layers()))
}

// Tent draws the tent with the list of layers beside it, as far as there is
// room for either.
func Tent(s styles.Styles, set sandbox.LayerSet, width, height int) []string {
	list := layerList(s, set, max(height-1, 1), width-tentWidth-2)
	head := Raised(set)
	if width < tentWidth+len(head)+2 {
		return append([]string{head}, layerList(s, set, max(height-1, 1), width)...)
	}
	right := append([]string{s.Strong.Render(head)}, list...)
	return Beside(styled(s, Fit(tent(set), tentWidth+2, height)), right)
}

func styled(s styles.Styles, lines []string) []string {
	for i, line := range lines {
		style := s.Inside
		if i >= tentHeight-2 {
			style = s.Host
		}
		lines[i] = style.Render(line)
	}
	return lines
}

// layerList is the layers with boxes, in as many columns as have room, and
// a number for those that have none.
func layerList(s styles.Styles, set sandbox.LayerSet, height, width int) []string {
	rows := sandbox.Layers()
	cell := 0
	for _, row := range rows {
		cell = max(cell, len(row.Name)+len("[x]   "))
	}
	columns := max(width/cell, 1)
	out := make([]string, 0, height)
	for y := range min(height, (len(rows)+columns-1)/columns) {
		line := ""
		for x := range columns {
			i := y*columns + x
			if i >= len(rows) {
				break
			}
			if left := len(rows) - i; left > 1 && y == height-1 && x == columns-1 {
				line += s.Faint.Render(fmt.Sprintf("%d more", left))
				break
			}
			line += layerBox(s, set, rows[i].Name, cell)
		}
		out = append(out, line)
	}
	return out
}

func layerBox(s styles.Styles, set sandbox.LayerSet, l sandbox.Layer, width int) string {
	if set.Has(l) {
		return s.Inside.Render(Pad("[x] "+string(l), width))
	}
	return s.Faint.Render(Pad("[ ] "+string(l), width))
}

// Legend says of each layer what becomes the process's own by it, below a tent
// with all of them.
func Legend(s styles.Styles, width int) []string {
	rows := sandbox.Layers()
	var every sandbox.LayerSet
	for _, row := range rows {
		every = every.With(row.Name)
	}
	out := append(styled(s, tent(every)), "")
	for _, row := range rows {
		out = append(out, hang(Pad(string(row.Name), 16), row.What, width, s.Faint.Render)...)
	}
	return append(append(out, ""), Wrap(s.Faint.Render("The ground is the kernel. A tent has none of its own."), width)...)
}
