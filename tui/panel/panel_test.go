package panel

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

var plain = styles.New(styles.None, false)

// exactly checks that lines fill a size.
func exactly(t *testing.T, lines []string, width, height int) {
	t.Helper()
	if len(lines) != max(height, 0) {
		t.Errorf("%d lines, not %d", len(lines), height)
	}
	for _, line := range lines {
		if w := ansi.StringWidth(line); w != max(width, 0) {
			t.Errorf("a line is %d wide, not %d: %q", w, width, line)
		}
	}
}

func TestBoxFillsItsSize(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	words := []string{"", "a", "漢字", "\x1b[1mbold\x1b[0m", strings.Repeat("long ", 40), "e\u0301"}
	for range 2000 {
		b := Box{
			Title: words[r.IntN(len(words))], Foot: words[r.IntN(len(words))], Width: r.IntN(60), Height: r.IntN(20),
			Scroll: r.IntN(9) - 2, Flush: r.IntN(2) == 0,
		}
		for range r.IntN(30) {
			b.Lines = append(b.Lines, words[r.IntN(len(words))])
		}
		exactly(t, b.Draw(plain), b.Width, b.Height)
	}
}

func TestEnds(t *testing.T) {
	for _, c := range []struct {
		left, right string
		width       int
		want        string
	}{
		{"left", "right", 12, "left   right"},
		{"much too long", "right", 12, "much…  right"},
		{"left", "right", 6, "left  "},
		{"left", "right", 0, ""},
	} {
		if got := Ends(c.left, c.right, c.width); got != c.want {
			t.Errorf("Ends(%q, %q, %d) = %q, not %q", c.left, c.right, c.width, got, c.want)
		}
	}
}

func TestBoard(t *testing.T) {
	rows := []facts.Row{
		{ID: "ns.mount", Label: "mount ns", Host: "4026531841", Inside: "4026532290", Word: facts.Own, Note: "a note"},
		{ID: "root", Label: "/", Host: "ext4 a very long device name", Inside: "overlay", Word: facts.Own},
		{ID: "uid", Label: "uid 0 is", Host: "0", Inside: "1000", Word: facts.Mapped},
	}
	for width := range 120 {
		for _, line := range (Board{Rows: rows, Changed: []string{"uid"}}).Lines(plain, width) {
			if w := ansi.StringWidth(line); width >= 40 && w > width {
				t.Errorf("width %d: %q is %d wide", width, line, w)
			}
		}
	}
	lines := Board{Rows: First(rows, []string{"uid"}), Changed: []string{"uid"}}.Lines(plain, 80)
	if got := ansi.Strip(lines[1]); !strings.HasPrefix(got, "uid 0 is") || !strings.Contains(got, "new") {
		t.Errorf("the row in front is %q", got)
	}
	if got := ansi.Strip(strings.Join(Board{Rows: rows}.Lines(plain, 44), "\n")); !strings.Contains(got, "…") || !strings.Contains(got, "2290") || !strings.Contains(got, "1841") {
		t.Errorf("inodes that cannot be told apart:\n%s", got)
	}
}

// TestTent draws every set of layers: always the same size, on the same ground.
func TestTent(t *testing.T) {
	n := len(sandbox.Layers())
	for i := range sandbox.LayerSet(1) << 12 {
		set := i<<6 ^ i // the first layers, the last ones, and mixtures
		set &= 1<<n - 1
		lines := tent(set)
		exactly(t, lines, tentWidth, tentHeight)
		if !strings.Contains(lines[tentHeight-1], "one kernel") {
			t.Fatalf("%v has no ground:\n%s", set, strings.Join(lines, "\n"))
		}
		if set.Has(sandbox.UTS) != strings.Contains(lines[0], "tent") {
			t.Fatalf("%v and its flag:\n%s", set, strings.Join(lines, "\n"))
		}
	}
	for width := range 80 {
		for height := range 12 {
			for _, line := range Tent(plain, sandbox.Set(sandbox.Mount), width, height) {
				if w := ansi.StringWidth(line); width > 30 && w > width+2 {
					t.Fatalf("%dx%d: %q", width, height, line)
				}
			}
		}
	}
}

func TestKernelAndPlanWrap(t *testing.T) {
	p := &sandbox.Plan{Layers: sandbox.Set(sandbox.Mount), Steps: []sandbox.Step{{Operation: longOp{}, Why: strings.Repeat("because ", 20)}}}
	done := []sandbox.Done{{Operation: longOp{}, Microseconds: 1234, Err: &sandbox.Error{Op: "mount", Err: errLong{}}}}
	for width := 12; width < 100; width++ {
		for _, line := range append(Plan(plain, p, width), Kernel(plain, done, p.Layers.List(), width)...) {
			if w := ansi.StringWidth(line); w > max(width, 20) {
				t.Errorf("width %d: %q is %d wide", width, line, w)
			}
			if strings.Contains(line, "\u202e") {
				t.Errorf("not clean: %q", line)
			}
		}
	}
}

type longOp struct{}

func (longOp) String() string  { return "clone(" + strings.Repeat("CLONE_NEWNS|", 9) + ")\u202e" }
func (longOp) Command() string { return "unshare " + strings.Repeat("--mount ", 20) }
func (longOp) Acts() []string  { return nil }

type errLong struct{}

func (errLong) Error() string { return strings.Repeat("operation not permitted ", 5) }
