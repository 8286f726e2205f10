package styles

import "charm.land/glamour/v2/ansi"

// Markdown is how lesson texts are rendered: headings by weight, code in one
// colour without highlighting, no margins, as panes have their own.
func (s Styles) Markdown() ansi.StyleConfig {
	yes := true
	zero, two, four := uint(0), uint(2), uint(4)
	bar := "│ "
	if s.ASCII {
		bar = "| "
	}
	code := ansi.StylePrimitive{Color: text(s.palette.code)}
	quote := "`"
	if s.Theme == None { // without colour the mark has to say it
		code.Prefix, code.Suffix = quote, quote
	}
	return ansi.StyleConfig{
		Document:      ansi.StyleBlock{Margin: &zero},
		Paragraph:     ansi.StyleBlock{},
		BlockQuote:    ansi.StyleBlock{Indent: &two, IndentToken: &bar},
		List:          ansi.StyleList{LevelIndent: 2},
		Heading:       ansi.StyleBlock{StylePrimitive: ansi.StylePrimitive{BlockSuffix: "\n", Bold: &yes, Color: text(s.palette.title)}},
		Strong:        ansi.StylePrimitive{Bold: &yes},
		Emph:          ansi.StylePrimitive{Italic: &yes},
		Strikethrough: ansi.StylePrimitive{CrossedOut: &yes},
		HorizontalRule: ansi.StylePrimitive{
			Color: text(s.palette.faint), Format: "\n---\n",
		},
		Item:        ansi.StylePrimitive{BlockPrefix: "- "},
		Enumeration: ansi.StylePrimitive{BlockPrefix: ". "},
		Task:        ansi.StyleTask{Ticked: "[x] ", Unticked: "[ ] "},
		Link:        ansi.StylePrimitive{Underline: &yes},
		LinkText:    ansi.StylePrimitive{Bold: &yes},
		Code:        ansi.StyleBlock{StylePrimitive: code},
		CodeBlock: ansi.StyleCodeBlock{StyleBlock: ansi.StyleBlock{
			StylePrimitive: ansi.StylePrimitive{Color: text(s.palette.code)}, Margin: &four,
		}},
		Table: ansi.StyleTable{},
	}
}

func text(hex string) *string {
	if hex == "" {
		return nil
	}
	return &hex
}
