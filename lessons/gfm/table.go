package gfm

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// tables makes tables of paragraphs that have a row of dashes below a row of
// as many cells. Lines above that stay a paragraph.
type tables struct{}

func (tables) Transform(p *ast.Paragraph, reader text.Reader, _ parser.Context) {
	lines, source := p.Lines(), reader.Source()
	for i := 1; i < lines.Len(); i++ {
		columns := alignments(lines.At(i), source)
		head := cells(lines.At(i-1), source)
		if len(columns) == 0 || len(head) != len(columns) {
			continue
		}
		table := east.NewTable()
		table.Alignments = columns
		table.AppendChild(table, east.NewTableHeader(row(head, columns)))
		for _, line := range lines.Sliced(i+1, lines.Len()) {
			table.AppendChild(table, row(cells(line, source), columns))
		}
		p.Parent().InsertAfter(p.Parent(), p, table)
		keep(p, i-1, source)
		return
	}
}

// keep leaves the first n lines to the paragraph; without lines it goes.
func keep(p *ast.Paragraph, n int, source []byte) {
	p.Lines().SetSliced(0, n)
	if n == 0 {
		p.Parent().RemoveChild(p.Parent(), p)
		return
	}
	last := p.Lines().At(n - 1)
	p.Lines().Set(n-1, last.TrimRightSpace(source))
}

// alignments reads the row of dashes; nil when the line is something else.
func alignments(line text.Segment, source []byte) []east.Alignment {
	var out []east.Alignment
	for _, cell := range cells(line, source) {
		v := cell.Value(source)
		left, right := bytes.HasPrefix(v, []byte(":")), bytes.HasSuffix(v, []byte(":"))
		dashes := bytes.TrimSuffix(bytes.TrimPrefix(v, []byte(":")), []byte(":"))
		if len(dashes) == 0 || len(bytes.Trim(dashes, "-")) > 0 {
			return nil
		}
		out = append(out, alignment(left, right))
	}
	return out
}

func alignment(left, right bool) east.Alignment {
	switch {
	case left && right:
		return east.AlignCenter
	case left:
		return east.AlignLeft
	case right:
		return east.AlignRight
	}
	return east.AlignNone
}

// row makes a row of exactly as many cells as there are columns: what is
// missing is empty, what is too much goes.
func row(cells []text.Segment, columns []east.Alignment) *east.TableRow {
	out := east.NewTableRow(columns)
	for i, a := range columns {
		cell := east.NewTableCell()
		cell.Alignment = a
		if i < len(cells) {
			cell.Lines().Append(cells[i])
		}
		out.AppendChild(out, cell)
	}
	return out
}

// cells splits a line at its pipes. A pipe at either end is decoration, and one
// behind a backslash is text, in code as well.
func cells(line text.Segment, source []byte) []text.Segment {
	line = line.TrimLeftSpace(source)
	line = line.TrimRightSpace(source)
	v := source[line.Start:line.Stop]
	var out []text.Segment
	start := 0
	if len(v) > 0 && v[0] == '|' {
		start = 1
	}
	for i := start; i < len(v); i++ {
		if v[i] == '|' && (i == 0 || v[i-1] != '\\') {
			out = append(out, trimmed(source, line.Start+start, line.Start+i))
			start = i + 1
		}
	}
	if start < len(v) {
		out = append(out, trimmed(source, line.Start+start, line.Stop))
	}
	return out
}

func trimmed(source []byte, from, to int) text.Segment {
	s := text.NewSegment(from, to)
	s = s.TrimLeftSpace(source)
	return s.TrimRightSpace(source)
}

// pipes takes the backslash from pipes in code in cells. Elsewhere it is an
// escape like others, which whoever reads the text resolves.
type pipes struct{}

func (pipes) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	inCell := 0
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // never fails, as this never does
		switch n := n.(type) {
		case *east.TableCell:
			if entering {
				inCell++
			} else {
				inCell--
			}
		case *ast.CodeSpan:
			if entering && inCell > 0 {
				unescape(n, reader.Source())
			}
		}
		return ast.WalkContinue, nil
	})
}

// unescape splits the texts of a code span so that backslashes before pipes
// fall between them.
func unescape(code *ast.CodeSpan, source []byte) {
	for n := code.FirstChild(); n != nil; n = n.NextSibling() {
		t, ok := n.(*ast.Text)
		if !ok {
			continue
		}
		i := bytes.Index(t.Segment.Value(source), []byte(`\|`))
		if i < 0 {
			continue
		}
		rest := ast.NewRawTextSegment(t.Segment.WithStart(t.Segment.Start + i + 1))
		t.Segment = t.Segment.WithStop(t.Segment.Start + i)
		code.InsertAfter(code, t, rest)
	}
}

var (
	_ parser.ParagraphTransformer = tables{}
	_ parser.ASTTransformer       = pipes{}
)
