package markdown

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/tentpole-labs/tentpole/tui/styles"
)

// ink is how letters look: any of these together.
type ink uint8

const (
	strong ink = 1 << iota
	emphasis
	struck
	link
	title
	code
	faint
	whole // not seen: lines do not end in it

	plain ink = 0
)

// span is letters of one ink. A line break in it is one that the author wants.
type span struct {
	text string
	ink  ink
}

// inks turns ink into what a terminal understands. It remembers what it made.
type inks struct {
	styles styles.Styles
	made   map[ink]string
}

// draw writes spans as a piece of a line. (Lip Gloss would style underlined
// text rune by rune, which takes letters of several runes apart.)
func (k *inks) draw(line ...span) string {
	var b strings.Builder
	open := ""
	for _, s := range line {
		if sequence := k.sequence(s.ink); sequence != open {
			if open != "" {
				b.WriteString(ansi.ResetStyle)
			}
			b.WriteString(sequence)
			open = sequence
		}
		b.WriteString(s.text)
	}
	if open != "" {
		b.WriteString(ansi.ResetStyle)
	}
	return b.String()
}

// sequence is what switches an ink on; for letters as they are, nothing.
func (k *inks) sequence(i ink) string {
	sequence, ok := k.made[i]
	if !ok {
		if style := k.make(i); len(style) > 0 {
			sequence = style.String()
		}
		k.made[i] = sequence
	}
	return sequence
}

func (k *inks) make(i ink) ansi.Style {
	st := ansi.NewStyle()
	if i&(strong|title) != 0 {
		st = st.Bold()
	}
	if i&emphasis != 0 {
		st = st.Italic(true)
	}
	if i&link != 0 {
		st = st.Underline(true)
	}
	if i&struck != 0 {
		st = st.Strikethrough(true)
	}
	color := k.colored(i).Colour()
	if _, none := color.(lipgloss.NoColor); none {
		return st
	}
	return st.ForegroundColor(color)
}

// colored is the style that an ink has its colour from.
func (k *inks) colored(i ink) styles.Style {
	switch {
	case i&faint != 0:
		return k.styles.Faint
	case i&code != 0:
		return k.styles.Code
	case i&title != 0:
		return k.styles.Title
	}
	return k.styles.Text
}
