package panel

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

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
	// Guy lines hold what is used; a knot shows that they are the tent's own.
	{[]sandbox.Layer{sandbox.Memory}, []stroke{{6, 3, "/"}, {5, 4, "/"}}},
	{[]sandbox.Layer{sandbox.CPU}, []stroke{{15, 3, "\\"}, {16, 4, "\\"}}},
	{[]sandbox.Layer{sandbox.PIDs}, []stroke{{4, 3, "/"}, {3, 4, "/"}}},
	{[]sandbox.Layer{sandbox.IO}, []stroke{{17, 3, "\\"}, {18, 4, "\\"}}},
	{[]sandbox.Layer{sandbox.Cgroup}, []stroke{{7, 2, "o"}, {14, 2, "o"}}},
	{[]sandbox.Layer{sandbox.Seccomp}, []stroke{{9, 4, "["}, {12, 4, "]"}}},
	{[]sandbox.Layer{sandbox.Landlock}, []stroke{{8, 4, "="}, {13, 4, "="}}},
	{[]sandbox.Layer{sandbox.Masks}, []stroke{{8, 1, "~~"}, {12, 1, "~~"}}},
}

// pegs are layers that hold the tent to the ground.
var pegs = []struct {
	layer sandbox.Layer
	piece stroke
}{
	{sandbox.User, stroke{4, 5, "v"}}, {sandbox.User, stroke{17, 5, "v"}},
	{sandbox.Capabilities, stroke{2, 5, "v"}}, {sandbox.Capabilities, stroke{19, 5, "v"}},
	{sandbox.NoNewPrivs, stroke{8, 5, "v"}}, {sandbox.NoNewPrivs, stroke{13, 5, "v"}},
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

// told are the sentences that say what the drawing shows: for the poles of the
// table of layers, in the order in which a tent is put up.
var told = []struct{ pole, says string }{
	{"canvas", "The canvas is up"},
	{"flag", "A flag flies above it"},
	{"behind the canvas", "Behind the canvas, where nobody looks in"},
	{"door", "It has a door of its own"},
	{"guy line", "Guy lines hold what is used"},
	{"peg", "Pegs hold it to the ground"},
	{"zip", "The zip is closed"},
	{"shade", "A shade lies over it"},
}

// TentInWords says in sentences what Tent draws.
func TentInWords(s styles.Styles, set sandbox.LayerSet, width int) []string {
	out := Wrap(s.Strong.Render(Raised(set)), width)
	if set.Len() == 0 {
		out = append(out, Wrap("No tent stands yet: a plain process on the open ground.", width)...)
	}
	for _, t := range told {
		if layers := standing(set, t.pole); len(layers) > 0 {
			out = append(out, Wrap(t.says+": "+s.Inside.Render(strings.Join(layers, ", "))+".", width)...)
		}
	}
	return append(out, Wrap(s.Host.Render("The ground is the host's kernel, the one kernel there is."), width)...)
}

// standing are the raised layers that stand at a pole.
func standing(set sandbox.LayerSet, pole string) []string {
	var out []string
	for _, row := range sandbox.Layers() {
		if row.Pole == pole && set.Has(row.Name) {
			out = append(out, string(row.Name))
		}
	}
	return out
}

// layerList is the layers with boxes, in as many columns as have room, and a
// count of those that have none.
func layerList(s styles.Styles, set sandbox.LayerSet, height, width int) []string {
	rows := sandbox.Layers()
	columns := columnsFor(rows, height, width)
	shown := min(len(rows), height*len(columns))
	if shown < len(rows) {
		shown-- // its place is the count's
	}
	out := make([]string, 0, height)
	for i := 0; i < shown; i += len(columns) {
		line := ""
		for x, w := range columns[:min(len(columns), shown-i)] {
			if x == len(columns)-1 {
				w = 0 // nothing stands behind it
			}
			line += layerBox(s, set, rows[i+x].Name, w)
		}
		out = append(out, line)
	}
	if shown == len(rows) {
		return out
	}
	rest := s.Faint.Render(ansi.Truncate(more(set, rows[shown:]), max(width, 8), "…"))
	if shown%len(columns) == 0 {
		return append(out, rest)
	}
	out[len(out)-1] += rest
	return out
}

// columnsFor are the widths of the columns: as many as have room for the
// layers that can be shown, at least one.
func columnsFor(rows []sandbox.LayerInfo, height, width int) []int {
	for n := len(rows); n > 1; n-- {
		columns, sum := make([]int, n), 0
		for i, row := range rows[:min(len(rows), n*height)] {
			columns[i%n] = max(columns[i%n], len("[x] "+row.Name)+len("  "))
		}
		for _, w := range columns {
			sum += w
		}
		if sum <= width {
			return columns
		}
	}
	return []int{0}
}

// more counts the layers that are not shown.
func more(set sandbox.LayerSet, rows []sandbox.LayerInfo) string {
	raised := 0
	for _, row := range rows {
		if set.Has(row.Name) {
			raised++
		}
	}
	if raised == 0 {
		return fmt.Sprintf("%d more", len(rows))
	}
	return fmt.Sprintf("%d more, %d raised", len(rows), raised)
}

// layerBox is one layer with its box, padded to width unless that is nought.
func layerBox(s styles.Styles, set sandbox.LayerSet, l sandbox.Layer, width int) string {
	text, style := "[ ] "+string(l), s.Faint
	if set.Has(l) {
		text, style = "[x] "+string(l), s.Inside
	}
	if width > 0 {
		text = Pad(text, width)
	}
	return style.Render(text)
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
