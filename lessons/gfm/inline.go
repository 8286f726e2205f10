package gfm

import (
	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// checkBoxes finds [ ] and [x] at the beginning of list items.
type checkBoxes struct{}

func (checkBoxes) Trigger() []byte { return []byte{'['} }

func (checkBoxes) Parse(block ast.Node, reader text.Reader, _ parser.Context) ast.Node {
	item, ok := block.Parent().(*ast.ListItem)
	if !ok || item.FirstChild() != block || block.HasChildren() {
		return nil
	}
	line, _ := reader.PeekLine()
	if len(line) < 4 || line[2] != ']' || line[3] != ' ' {
		return nil
	}
	switch line[1] {
	case ' ', 'x', 'X':
		reader.Advance(4)
		return east.NewTaskCheckBox(line[1] != ' ')
	}
	return nil
}

// strikes finds text between one or two tildes on each side.
type strikes struct{}

func (strikes) Trigger() []byte { return []byte{'~'} }

func (strikes) Parse(_ ast.Node, reader text.Reader, pc parser.Context) ast.Node {
	before := reader.PrecendingCharacter()
	line, segment := reader.PeekLine()
	d := parser.ScanDelimiter(line, before, 1, tildes{})
	if d == nil || d.OriginalLength > 2 || before == '~' {
		return nil
	}
	d.Segment = segment.WithStop(segment.Start + d.OriginalLength)
	reader.Advance(d.OriginalLength)
	pc.PushDelimiter(d)
	return d
}

// tildes says how tildes pair: with as many of their kind.
type tildes struct{}

func (tildes) IsDelimiter(b byte) bool { return b == '~' }

func (tildes) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char && opener.OriginalLength == closer.OriginalLength
}

func (tildes) OnMatch(int) ast.Node { return east.NewStrikethrough() }

var (
	_ parser.InlineParser       = checkBoxes{}
	_ parser.InlineParser       = strikes{}
	_ parser.DelimiterProcessor = tildes{}
)
