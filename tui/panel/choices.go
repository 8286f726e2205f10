package panel

import (
	"strconv"
	"strings"

	"github.com/tentpole-labs/tentpole/tui/styles"
)

// Choices draws numbered answers. cursor is the one that enter would take,
// taken the one that was given; -1 for none. Both are marked by a sign, too.
func Choices(s styles.Styles, texts []string, cursor, taken, width int) []string {
	var out []string
	for i, text := range texts {
		mark, style := "  ", s.Text
		switch i {
		case cursor:
			mark, style = "› ", s.Selected
		case taken:
			mark, style = "* ", s.Strong
		}
		lead := "  " + mark + strconv.Itoa(i+1) + "  "
		for j, line := range Wrap(text, max(width-len(lead), 8)) {
			if j > 0 {
				lead = strings.Repeat(" ", 4+len(strconv.Itoa(i+1))+2)
			}
			out = append(out, lead+style.Render(line))
		}
	}
	return out
}
