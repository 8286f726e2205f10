package page

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"

	"github.com/tentpole-labs/tentpole/lessons/gfm"
)

// markdown writes a text. HTML in it is left out, as plain mode does; goldmark's
// own renderer would keep it, and takes its time when the program starts.
func (b *writer) markdown(text string) {
	source := []byte(text)
	r := renderer{b, source}
	r.children(gfm.Parse(source))
}

type renderer struct {
	*writer
	source []byte
}

func (r renderer) children(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		r.node(n)
	}
}

// around writes the children of a node between two tags.
func (r renderer) around(n ast.Node, open, end string) {
	r.WriteString(open)
	r.children(n)
	r.WriteString(end)
}

// plain are the nodes that are an element and nothing else.
var plain = map[ast.NodeKind][2]string{
	ast.KindParagraph:        {"<p>", "</p>\n"},
	ast.KindTextBlock:        {"", "\n"},
	ast.KindBlockquote:       {"<blockquote>\n", "</blockquote>\n"},
	ast.KindThematicBreak:    {"<hr>\n", ""},
	ast.KindCodeSpan:         {"<code>", "</code>"},
	extast.KindTable:         {"<div class=\"table\"><table>\n", "</table></div>\n"},
	extast.KindTableHeader:   {"<tr>", "</tr>\n"},
	extast.KindTableRow:      {"<tr>", "</tr>\n"},
	extast.KindStrikethrough: {"<del>", "</del>"},
	ast.KindImage:            {"", ""}, // nothing is fetched: its words are shown
}

func (r renderer) node(n ast.Node) {
	if tags, ok := plain[n.Kind()]; ok {
		r.around(n, tags[0], tags[1])
		return
	}
	switch n := n.(type) {
	case *ast.Heading:
		level := min(max(n.Level, 3), 6) // above it stand the lesson and the step
		r.around(n, fmt.Sprintf("<h%d>", level), fmt.Sprintf("</h%d>\n", level))
	case *ast.List:
		r.list(n)
	case *ast.ListItem:
		r.item(n)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		r.code(n)
	case *ast.Text:
		r.text(n)
	case *ast.String:
		r.WriteString(text(string(n.Value)))
	case *ast.Emphasis:
		element := [2]string{"em", "strong"}[min(max(n.Level, 1), 2)-1]
		r.around(n, "<"+element+">", "</"+element+">")
	case *ast.Link:
		r.link(n, string(n.Destination))
	case *ast.AutoLink:
		r.autoLink(n)
	case *extast.TaskCheckBox:
		r.WriteString(map[bool]string{true: "☑ ", false: "☐ "}[n.IsChecked])
	case *extast.TableCell:
		r.cell(n)
	case *ast.HTMLBlock, *ast.RawHTML: // nothing to read in it
	default:
		r.children(n)
	}
}

func (r renderer) list(l *ast.List) {
	switch {
	case !l.IsOrdered():
		r.around(l, "<ul>\n", "</ul>\n")
	case l.Start == 1:
		r.around(l, "<ol>\n", "</ol>\n")
	default:
		r.around(l, fmt.Sprintf("<ol start=\"%d\">\n", l.Start), "</ol>\n")
	}
}

// item writes one of a list. A check box stands in place of the dot.
func (r renderer) item(i *ast.ListItem) {
	open := "<li>"
	if block := i.FirstChild(); block != nil && block.FirstChild() != nil && block.FirstChild().Kind() == extast.KindTaskCheckBox {
		open = "<li class=\"box\">"
	}
	r.around(i, open, "</li>\n")
}

// code writes a block, and says of one that is to be run where.
func (r renderer) code(n ast.Node) {
	words := []string{}
	if f, ok := n.(*ast.FencedCodeBlock); ok && f.Info != nil {
		words = strings.Fields(string(f.Info.Segment.Value(r.source)))
	}
	if len(words) > 1 && (words[1] == "inside" || words[1] == "host") {
		fmt.Fprintf(r, "<p class=\"runs\">%s</p>\n", map[string]string{"inside": "inside", "host": "on the host"}[words[1]])
	}
	r.WriteString("<pre><code>")
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		r.WriteString(text(string(segment.Value(r.source))))
	}
	r.WriteString("</code></pre>\n")
}

func (r renderer) text(n *ast.Text) {
	v := n.Segment.Value(r.source)
	if !n.IsRaw() && n.Parent().Kind() != ast.KindCodeSpan {
		v = resolved(v)
	}
	r.WriteString(text(string(v)))
	switch {
	case n.HardLineBreak():
		r.WriteString("<br>\n")
	case n.SoftLineBreak():
		r.WriteByte('\n')
	}
}

// resolved is text without its escapes.
func resolved(v []byte) []byte {
	return util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(v)))
}

func (r renderer) cell(c *extast.TableCell) {
	element := "td"
	if c.Parent().Kind() == extast.KindTableHeader {
		element = "th"
	}
	open := "<" + element + ">"
	if c.Alignment == extast.AlignRight || c.Alignment == extast.AlignCenter {
		open = "<" + element + " class=\"" + c.Alignment.String() + "\">"
	}
	r.around(c, open, "</"+element+">")
}

func (r renderer) autoLink(n *ast.AutoLink) {
	label := text(string(n.Label(r.source)))
	if to, ok := target(string(n.URL(r.source))); ok && n.AutoLinkType == ast.AutoLinkURL {
		fmt.Fprintf(r, "<a href=\"%s\">%s</a>", text(to), label)
		return
	}
	r.WriteString(label)
}

// link writes a link, or its words where it leads somewhere else than to the
// web or to a file beside the lesson.
func (r renderer) link(n ast.Node, to string) {
	if to, ok := target(string(resolved([]byte(to)))); ok {
		r.around(n, fmt.Sprintf("<a href=\"%s\">", text(to)), "</a>")
		return
	}
	r.children(n)
}

// target tells whether a page may lead there, and how to write it. Browsers
// read a backslash as a slash, and drop what is invisible.
func target(to string) (string, bool) {
	u, err := url.Parse(to)
	if err != nil || strings.ContainsRune(to, '\\') || strings.IndexFunc(to, func(r rune) bool { return r <= ' ' || visible(r) != r }) >= 0 {
		return "", false
	}
	web := (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
	beside := u.Scheme == "" && u.Host == "" && !strings.HasPrefix(to, "//")
	return string(bytes.TrimSpace(util.URLEscape([]byte(to), false))), web || beside
}
