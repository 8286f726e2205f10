package panel

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

func TestWrapCode(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  []string
	}{
		{"unshare --mount --net -- sh", 16, []string{"unshare --mount", "--net -- sh"}},
		{"run --layer mount,root,uts -- sh", 20, []string{"run --layer", "mount,root,uts -- sh"}},
		{"run --layer mount,root,uts,ipc,pid -- sh", 20, []string{"run --layer mount,", "root,uts,ipc,pid --", "sh"}},
		{"mkdir /sys/fs/cgroup/unified", 16, []string{"mkdir /sys/fs/", "cgroup/unified"}},
		{"abcdefgh", 3, []string{"abc", "def", "gh"}},
		{"", 3, []string{""}},
	} {
		if got := wrapCode(c.text, c.width); !slices.Equal(got, c.want) {
			t.Errorf("%q at %d: %q, not %q", c.text, c.width, got, c.want)
		}
	}
}

// TestWrapCodeLosesNothing: no line is too wide, and but for blanks all of the
// text is there.
func TestWrapCodeLosesNothing(t *testing.T) {
	squeeze := func(s string) string { return strings.ReplaceAll(s, " ", "") }
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-z |/,@-]{0,60}`).Draw(t, "text")
		width := rapid.IntRange(1, 30).Draw(t, "width")
		lines := wrapCode(text, width)
		for _, l := range lines {
			if ansi.StringWidth(l) > width {
				t.Fatalf("%q is wider than %d", l, width)
			}
		}
		if got := strings.Join(lines, ""); squeeze(got) != squeeze(text) {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

// TestTable: as many lines as there is room for, none too wide, and the cursor
// is among them.
func TestTable(t *testing.T) {
	rows := []Row{
		{Head: "presets", Label: "stage", Value: "‹ mount ›"}, {Head: "what it can see", Mark: "[x]", Label: "mount", Detail: "its own table of mounts"},
		{Mark: "[ ]", Label: "no-new-privs", Value: "256M", Detail: "no more rights"}, {Head: "around", Label: "root", Value: strings.Repeat("/long", 30)},
	}
	rapid.Check(t, func(t *rapid.T) {
		width, height := rapid.IntRange(0, 90).Draw(t, "width"), rapid.IntRange(1, 14).Draw(t, "height")
		cursor := rapid.IntRange(0, len(rows)-1).Draw(t, "cursor")
		lines := Table(plain, rows, cursor, width, height).Lines
		if len(lines) > height {
			t.Fatalf("%d lines for %d", len(lines), height)
		}
		marked := 0
		for _, l := range lines {
			if w := ansi.StringWidth(l); w > max(width, 15) { // headings are as wide as they are
				t.Fatalf("%q is %d wide, not %d", l, w, width)
			}
			if strings.HasPrefix(ansi.Strip(l), "›") {
				marked++
			}
		}
		if width > 2 && marked != 1 {
			t.Fatalf("%d cursors in\n%s", marked, strings.Join(lines, "\n"))
		}
	})
}

func TestCharts(t *testing.T) {
	c := Chart{Name: "memory", Values: []float64{0, 32, 64, 70}, Most: 64, Say: "70 of 64"}
	if got := c.curve(10); got != "▁▄▇█" {
		t.Errorf("the curve is %q", got)
	}
	if got := c.curve(2); got != "▇█" {
		t.Errorf("the newest are %q", got)
	}
	if got := (Chart{Values: []float64{0, 0}}).curve(9); got != "▁▁" {
		t.Errorf("nothing is drawn as %q", got)
	}
	for width := range 90 {
		for _, l := range Charts(plain, []Chart{c, {Name: "cpu", Values: []float64{1}, Say: "1 %"}}, width, 2) {
			if w := ansi.StringWidth(l); w != width {
				t.Fatalf("%q is %d wide, not %d", l, w, width)
			}
		}
	}
}

func TestCompare(t *testing.T) {
	c := Compare{Names: []string{"A", "B"}}
	for _, c2 := range []struct {
		values []string
		want   string
	}{
		{[]string{"1", "1", "1"}, "all alike"}, {[]string{"1", "2", "2"}, "A and B alike"},
		{[]string{"1", "1", "2"}, "A as the host"}, {[]string{"1", "2", "3"}, "different"},
	} {
		if got, _ := c.say(c2.values); got != c2.want {
			t.Errorf("%v: %q, not %q", c2.values, got, c2.want)
		}
	}
}
