package panel

import (
	"fmt"
	"strings"
)

// barCells is how wide a bar is at most, its ends not counted.
const barCells = 24

// Bar draws how much of a whole is done, with the counts.
func Bar(done, total, width int) string {
	counts := fmt.Sprintf("%d of %d", done, total)
	cells := min(barCells, width-len(counts)-3)
	if total <= 0 || cells < 4 {
		return counts
	}
	full := cells * min(max(done, 0), total) / total
	return "[" + strings.Repeat("=", full) + strings.Repeat(" ", cells-full) + "] " + counts
}
