package markdown

import (
	"bytes"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// inline is the text of a paragraph, a heading or a cell, with its breaks as
// blanks but for those the author wants.
func (p *page) inline(parent ast.Node, i ink) []span {
	f := flow{page: p}
	f.children(parent, i)
	return f.spans
}

// flow collects the spans of a text.
type flow struct {
	page  *page
	spans []span
}

func (f *flow) children(parent ast.Node, i ink) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		f.node(n, i)
	}
}

func (f *flow) node(n ast.Node, i ink) {
	source := f.page.source
	switch n := n.(type) {
	case *ast.Text:
		f.text(n, i)
	case *ast.String:
		f.add(string(n.Value), i)
	case *ast.Emphasis:
		f.children(n, i|[]ink{emphasis, strong}[min(n.Level, 2)-1])
	case *east.Strikethrough:
		f.children(n, i|struck)
	case *ast.CodeSpan:
		f.code(n, i)
	case *ast.Link:
		f.link(n, i)
	case *ast.AutoLink:
		f.add(string(n.Label(source)), i|link)
	case *ast.Image:
		f.add("[", i)
		f.children(n, i)
		f.add("]", i)
	case *ast.RawHTML:
		if html := n.Segments.Value(source); !bytes.HasPrefix(html, []byte("<!--")) {
			f.add(string(html), i)
		}
	case *east.TaskCheckBox: // the mark of its item, see item
	default:
		f.children(n, i)
	}
}

// shortCode is how much code stays on one line, in cells, where lines are twice
// as wide: half a command is hard to read, but a long one would leave a gap.
const shortCode = 20

// code shows code in a sentence. The ticks stay: without them only the colour
// would say that this is to be typed, and not a word of the sentence.
func (f *flow) code(n *ast.CodeSpan, i ink) {
	var b strings.Builder
	for t := n.FirstChild(); t != nil; t = t.NextSibling() {
		if t, ok := t.(*ast.Text); ok {
			b.Write(t.Segment.Value(f.page.source))
		}
	}
	ink := i | code
	if ansi.StringWidth(b.String()) <= shortCode {
		ink |= whole
	}
	f.add("`", i|faint)
	f.add(b.String(), ink)
	f.add("`", i|faint)
}

func (f *flow) text(n *ast.Text, i ink) {
	v := n.Segment.Value(f.page.source)
	if !n.IsRaw() {
		v = resolved(v)
	}
	f.add(string(v), i)
	switch {
	case n.HardLineBreak() && len(f.spans) > 0:
		f.spans = append(f.spans, span{"\n", i})
	case n.SoftLineBreak():
		f.add(" ", i)
	}
}

// link shows where it leads, as a terminal may not be able to go there, but
// says nothing twice.
func (f *flow) link(n *ast.Link, i ink) {
	from := len(f.spans)
	f.children(n, i|link)
	address := string(resolved(n.Destination))
	if shown := letters(f.spans[from:]); address == "" || address == shown || address == "mailto:"+shown {
		return
	}
	f.add(" (", i)
	f.add(address, i)
	f.add(")", i)
}

// blanks are what a sentence knows no difference between.
var blanks = strings.NewReplacer("\t", " ", "\r\n", " ", "\n", " ", "\r", " ")

// add takes a text as it is to be read. Several blanks count as one.
func (f *flow) add(text string, i ink) {
	text = facts.Clean(blanks.Replace(text))
	for strings.Contains(text, "  ") {
		text = strings.ReplaceAll(text, "  ", " ")
	}
	if f.blank() {
		text = strings.TrimPrefix(text, " ")
	}
	if text != "" {
		f.spans = append(f.spans, span{text, i})
	}
}

// blank tells whether the text so far ends where a further blank is lost.
func (f *flow) blank() bool {
	if len(f.spans) == 0 {
		return true
	}
	last := f.spans[len(f.spans)-1].text
	return strings.HasSuffix(last, " ") || last == "\n"
}

// resolved takes out what escapes punctuation, and puts in what entities stand
// for.
func resolved(v []byte) []byte {
	return util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(v)))
}

// letters is what spans say, without how.
func letters(spans []span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.text)
	}
	return b.String()
}
