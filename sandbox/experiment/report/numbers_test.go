package report

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

// TestNumbersFit: no line is wider than the terminal, and the numbers stand one
// below the other.
func TestNumbersFit(t *testing.T) {
	var out strings.Builder
	Numbers(&out, []experiment.Number{
		{What: "at rest at once", Value: 8},
		{What: "of one at rest: its pages, and its part of those it shares; the kernel's own memory for it is not counted", Value: 2.4, Unit: "ms", Least: 1.1, Most: 3.6, Runs: 3},
	}, 80)
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	first, last := lines[0], lines[len(lines)-1]
	if strings.Index("  "+first, "8") != strings.Index(last, "2.4 ms") {
		t.Errorf("they do not stand one below the other:\n%s", out.String())
	}
}
