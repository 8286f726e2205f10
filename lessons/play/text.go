package play

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"

	"github.com/tentpole-labs/tentpole/lessons/gfm"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// Text renders Markdown as plain lines of at most width characters: for plain
// mode, pipes and screen readers. Code is never wrapped, as it is to be copied.
// What would act on a terminal is shown instead: a lesson may come from anybody.
func Text(markdown string, width int) string {
	source := []byte(markdown)
	r := textRenderer{source: source, width: max(width, 20)}
	r.blocks(gfm.Parse(source), "", "")
	return cleaned(strings.TrimRight(r.out.String(), "\n"))
}

// cleaned shows what would act on a terminal, line by line.
func cleaned(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = facts.Clean(expandTabs(line))
	}
	return strings.Join(lines, "\n")
}

type textRenderer struct {
	source []byte
	width  int
	out    strings.Builder
}

// blocks renders the children of a block. first stands before the first line,
// rest before the others.
func (r *textRenderer) blocks(parent ast.Node, first, rest string) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		r.block(n, first, rest)
		first = rest
		if n.NextSibling() != nil && !tight(parent) {
			r.out.WriteString(strings.TrimRight(rest, " ") + "\n")
		}
	}
}

func tight(n ast.Node) bool {
	if item, ok := n.(*ast.ListItem); ok {
		n = item.Parent()
	}
	list, ok := n.(*ast.List)
	return ok && list.IsTight
}

func (r *textRenderer) block(n ast.Node, first, rest string) {
	switch n := n.(type) {
	case *ast.List:
		r.list(n, first, rest)
	case *ast.Blockquote:
		r.blocks(n, first+"| ", rest+"| ")
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		r.code(n, rest)
	case *ast.ThematicBreak:
		r.out.WriteString(first + "---\n")
	case *ast.HTMLBlock: // nothing to read in it
	case *extast.Table:
		r.table(n, rest)
	default:
		for _, line := range Wrap(r.inline(n), r.width-utf8.RuneCountInString(rest)) {
			r.out.WriteString(first + line + "\n")
			first = rest
		}
	}
}

func (r *textRenderer) list(l *ast.List, first, rest string) {
	number := l.Start
	for item := l.FirstChild(); item != nil; item = item.NextSibling() {
		mark := "- "
		if l.IsOrdered() {
			mark = strconv.Itoa(number) + ". "
			number++
		}
		r.blocks(item, first+mark, rest+strings.Repeat(" ", len(mark)))
		first = rest
		if item.NextSibling() != nil && !l.IsTight {
			r.out.WriteString(strings.TrimRight(rest, " ") + "\n")
		}
	}
}

func (r *textRenderer) code(n ast.Node, prefix string) {
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		r.out.WriteString(strings.TrimRight(prefix+"    "+string(segment.Value(r.source)), "\n ") + "\n")
	}
}

// table pads the cells of each column to the widest.
func (r *textRenderer) table(t *extast.Table, prefix string) {
	var rows [][]string
	var widths []int
	for row := t.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for c := row.FirstChild(); c != nil; c = c.NextSibling() {
			cell := r.inline(c)
			if i := len(cells); i == len(widths) {
				widths = append(widths, 0)
			}
			widths[len(cells)] = max(widths[len(cells)], utf8.RuneCountInString(cell))
			cells = append(cells, cell)
		}
		rows = append(rows, cells)
	}
	if total(widths)+utf8.RuneCountInString(prefix) > r.width && len(rows) > 1 {
		r.records(rows, prefix)
		return
	}
	for _, cells := range rows {
		line := prefix
		for i, cell := range cells {
			line += cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2)
		}
		r.out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// records says a table that is too wide row by row, each cell behind the head
// of its column.
func (r *textRenderer) records(rows [][]string, prefix string) {
	for n, cells := range rows[1:] {
		if n > 0 {
			r.out.WriteString(strings.TrimRight(prefix, " ") + "\n")
		}
		for i, cell := range cells {
			if cell == "" {
				continue
			}
			for _, line := range Wrap(rows[0][i]+": "+cell, r.width-utf8.RuneCountInString(prefix)) {
				r.out.WriteString(prefix + line + "\n")
			}
		}
	}
}

// total is how wide columns of those widths are, with what is between them.
func total(widths []int) (n int) {
	for _, w := range widths {
		n += w + 2
	}
	return n - 2
}

// inline is the text of a paragraph or heading, line breaks as blanks but
// for those the author insists on.
func (r *textRenderer) inline(parent ast.Node) string {
	var b strings.Builder
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			b.Write(unescaped(n, r.source))
			switch {
			case n.HardLineBreak():
				b.WriteByte('\n')
			case n.SoftLineBreak():
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.CodeSpan:
			b.WriteString(r.inline(n))
		case *ast.AutoLink:
			b.Write(n.URL(r.source))
		case *ast.Link:
			b.WriteString(r.inline(n) + " (" + string(n.Destination) + ")")
		case *ast.RawHTML: // nothing to read in it
		default:
			b.WriteString(r.inline(n))
		}
	}
	return b.String()
}

// unescaped takes out what escapes punctuation, but not in code.
func unescaped(n *ast.Text, source []byte) []byte {
	v := n.Segment.Value(source)
	if n.IsRaw() || n.Parent().Kind() == ast.KindCodeSpan {
		return v
	}
	return util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(v)))
}

// Wrap breaks text at blanks into lines of at most width characters. A word
// that is longer stands on a line of its own.
func Wrap(s string, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(s, "\n") {
		line, used := "", 0
		for word := range strings.FieldsSeq(paragraph) {
			n := utf8.RuneCountInString(word)
			if used > 0 && used+1+n > width {
				lines = append(lines, line)
				line, used = "", 0
			}
			if used > 0 {
				line += " "
				used++
			}
			line += word
			used += n
		}
		lines = append(lines, line)
	}
	return lines
}
