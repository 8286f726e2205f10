package markdown

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// least is how narrow a text may get by being indented, in cells. What is
// nested deeper than that stands below its mark, or without one.
const least = 6

// blocks draws the children of a block one below the other.
func (p *page) blocks(parent ast.Node, width int) []string {
	var out []string
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		lines := p.block(n, width)
		if len(lines) > 0 && len(out) > 0 && !tight(parent) {
			out = append(out, "")
		}
		out = append(out, lines...)
	}
	return out
}

// tight tells whether the author left no blank lines in a list.
func tight(n ast.Node) bool {
	if item, ok := n.(*ast.ListItem); ok {
		n = item.Parent()
	}
	list, ok := n.(*ast.List)
	return ok && list.IsTight
}

func (p *page) block(n ast.Node, width int) []string {
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		return p.text(p.inline(n, plain), width)
	case *ast.Heading:
		return p.text(p.inline(n, heading(n.Level)), width)
	case *ast.List:
		return p.list(n, width)
	case *ast.Blockquote:
		bar := p.inks.draw(span{"│", faint}, span{" ", plain})
		return hang(bar, bar, 2, width, func(width int) []string { return p.blocks(n, width) })
	case *ast.FencedCodeBlock:
		return p.code(n, string(n.Language(p.source)), width)
	case *ast.CodeBlock:
		return p.code(n, "", width)
	case *ast.ThematicBreak:
		return []string{p.inks.draw(span{strings.Repeat("─", width), faint})}
	case *ast.HTMLBlock:
		return p.html(n, width)
	case *east.Table:
		return p.table(n, width)
	}
	return p.blocks(n, width)
}

// text draws a text that is wrapped.
func (p *page) text(text []span, width int) []string {
	var out []string
	for _, line := range wrap(text, width) {
		out = append(out, p.inks.draw(line...))
	}
	return out
}

// heading is how a heading looks: all stand out, the small ones less.
func heading(level int) ink {
	if level > 3 {
		return strong | emphasis
	}
	return title
}

// hang draws a block behind a mark of so many cells: first before its first
// line, rest before the others.
func hang(first, rest string, cells, width int, draw func(width int) []string) []string {
	if width-cells < least {
		return draw(width)
	}
	lines := draw(width - cells)
	for i, line := range lines {
		before := rest
		if i == 0 {
			before = first
		}
		lines[i] = strings.TrimRight(before+line, " ")
	}
	return lines
}

// bullets are the marks of lists, by how deep they are nested.
var bullets = []string{"• ", "– "}

func (p *page) list(l *ast.List, width int) []string {
	var out []string
	number := l.Start
	digits := len(strconv.Itoa(number + l.ChildCount() - 1))
	for n := l.FirstChild(); n != nil; n = n.NextSibling() {
		mark := bullets[min(depth(l), len(bullets)-1)]
		if box := checkBox(n); box != nil {
			mark = map[bool]string{true: "[x] ", false: "[ ] "}[box.IsChecked]
		}
		if l.IsOrdered() {
			ordinal := strconv.Itoa(number) + ". "
			mark = strings.Repeat(" ", digits+2-len(ordinal)) + ordinal
			number++
		}
		cells := ansi.StringWidth(mark)
		lines := hang(mark, strings.Repeat(" ", cells), cells, width, func(width int) []string { return p.blocks(n, width) })
		if len(lines) == 0 { // an item without a text is an item
			lines = []string{strings.TrimRight(mark, " ")}
		}
		if len(out) > 0 && !l.IsTight {
			out = append(out, "")
		}
		out = append(out, lines...)
	}
	return out
}

// depth is how many lists without numbers a list is in.
func depth(l *ast.List) int {
	n := 0
	for p := l.Parent(); p != nil; p = p.Parent() {
		if outer, ok := p.(*ast.List); ok && !outer.IsOrdered() {
			n++
		}
	}
	return n
}

// checkBox is the box that an item of a task list begins with, or nil.
func checkBox(item ast.Node) *east.TaskCheckBox {
	if text := item.FirstChild(); text != nil {
		box, _ := text.FirstChild().(*east.TaskCheckBox)
		return box
	}
	return nil
}

// uncommented takes the comments out of HTML. One without an end goes to the
// end of its block.
func uncommented(html string) string {
	before, after, found := strings.Cut(html, "<!--")
	if !found {
		return html
	}
	_, after, _ = strings.Cut(after, "-->")
	return before + uncommented(after)
}

// html shows HTML as it was written, without its comments.
func (p *page) html(n *ast.HTMLBlock, width int) []string {
	source := string(n.Lines().Value(p.source))
	if n.HasClosure() {
		source += string(n.ClosureLine.Value(p.source))
	}
	var out []string
	for line := range strings.Lines(uncommented(source)) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, p.text([]span{{facts.Clean(line), plain}}, width)...)
		}
	}
	return out
}
