package panel

import (
	"bytes"
	"fmt"
	"html"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// Measures of a card, in pixels.
const (
	cardWidth, cardHeight = 640, 330
	cardLeft, cardRight   = 28, 352 // where the drawing and the list begin
	cardTop               = 92
	drawingLine, listLine = 26, 22
	listRows              = 9
)

// cardStyle follows the theme of whoever looks at the card.
const cardStyle = `<style>
.paper{fill:#fdfdfb}.ink{fill:#1c1c1c}.up{fill:#1c1c1c;font-weight:600}.down{fill:#767676}
@media (prefers-color-scheme:dark){.paper{fill:#16161d}.ink,.up{fill:#d8d4c8}.down{fill:#8a8780}}
text{font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;white-space:pre}
</style>
`

// Card draws the tent of a process as a picture by itself: one SVG file without
// scripts and without anything to fetch. Of layers that are unknown it cannot be
// told whether they are raised. name must be fit for a terminal.
func Card(name string, set, unknown sandbox.LayerSet) []byte {
	var b bytes.Buffer
	about := fmt.Sprintf("%s: %s", name, Raised(set))
	if set.Len() > 0 {
		about += ": " + strings.Join(set.Words(), ", ")
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`+"\n",
		cardWidth, cardHeight, cardWidth, cardHeight, html.EscapeString(about))
	b.WriteString(cardStyle)
	b.WriteString(`<rect class="paper" width="100%" height="100%" rx="10"/>` + "\n")
	cardText(&b, cardLeft, 40, 20, "up", short(name, 48))
	cardText(&b, cardLeft, 64, 14, "ink", Raised(set))
	for i, line := range tent(set) {
		cardText(&b, cardLeft, cardTop+drawingLine*(i+1), 22, "ink", line)
	}
	for i, row := range sandbox.Layers() {
		class, mark := "down", "○ "
		switch {
		case set.Has(row.Name):
			class, mark = "up", "● "
		case unknown.Has(row.Name):
			mark = "? "
		}
		cardText(&b, cardRight+i/listRows*140, cardTop+listLine*(i%listRows+1), 14, class, mark+string(row.Name))
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func cardText(b *bytes.Buffer, x, y, size int, class, text string) {
	fmt.Fprintf(b, `<text x="%d" y="%d" font-size="%d" class="%s">%s</text>`+"\n", x, y, size, class, html.EscapeString(text))
}

// short keeps the beginning of a name that is too long for a line.
func short(name string, most int) string {
	if letters := []rune(name); len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return name
}
