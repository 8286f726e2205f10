package tuitest

import (
	"fmt"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
)

// Styled is the screen as text with its styles made visible: below each line that
// has any stands one of letters, a letter a style, and at the end what the
// letters mean. Colours are as the model gives them, whatever the terminal makes
// of them.
func (d *Driver) Styled() string {
	raw := d.Raw()
	height := strings.Count(raw, "\n") + 1
	width := uv.NewStyledString(raw).UnicodeWidth()
	buf := uv.NewScreenBuffer(width, height)
	uv.NewStyledString(raw).Draw(buf, buf.Bounds())
	var b strings.Builder
	k := key{letters: map[string]rune{}}
	for y := range height {
		text, marks := k.line(func(x int) *uv.Cell { return buf.CellAt(x, y) }, width)
		fmt.Fprintf(&b, "  %s\n", text)
		if marks != "" {
			fmt.Fprintf(&b, "~ %s\n", marks)
		}
	}
	b.WriteString("\n")
	for i, says := range k.styles {
		fmt.Fprintf(&b, "%c = %s\n", letter(i), says)
	}
	return strings.ReplaceAll(b.String(), "  \n", "\n")
}

// key gives letters to styles, in the order in which they are seen.
type key struct {
	letters map[string]rune
	styles  []string
}

func letter(i int) rune { return rune('a' + i) }

// line is one line of the screen, and the letters of its styles.
func (k *key) line(at func(x int) *uv.Cell, width int) (text, marks string) {
	for x := 0; x < width; {
		c, content, wide := at(x), " ", 1
		var style uv.Style
		if c != nil && c.Content != "" {
			content, wide, style = c.Content, max(c.Width, 1), c.Style
		}
		text += content
		marks += strings.Repeat(string(k.letter(style)), wide)
		x += wide
	}
	return strings.TrimRight(text, " "), strings.TrimRight(marks, " ")
}

// letter is a style's, a blank for none.
func (k *key) letter(s uv.Style) rune {
	says := styleWords(s)
	if says == "" {
		return ' '
	}
	if _, known := k.letters[says]; !known {
		k.letters[says] = letter(len(k.styles))
		k.styles = append(k.styles, says)
	}
	return k.letters[says]
}

// attributes are the words for what is not a colour.
var attributes = []struct {
	bit  uint8
	says string
}{
	{uv.AttrBold, "bold"}, {uv.AttrFaint, "faint"}, {uv.AttrItalic, "italic"}, {uv.AttrReverse, "reverse"},
}

func styleWords(s uv.Style) string {
	var out []string
	for _, a := range attributes {
		if s.Attrs&a.bit != 0 {
			out = append(out, a.says)
		}
	}
	if s.Underline != 0 {
		out = append(out, "underlined")
	}
	if s.Fg != nil {
		out = append(out, hex(s.Fg))
	}
	if s.Bg != nil {
		out = append(out, "on "+hex(s.Bg))
	}
	return strings.Join(out, " ")
}

func hex(c interface{ RGBA() (r, g, b, a uint32) }) string {
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}
